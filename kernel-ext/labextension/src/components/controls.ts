// What a learner moves: sliders, choices, and a stepper that plays.

import { html } from './component';

/** A slider with its name and its value. */
export function slider(
  label: string,
  range: { from: number; to: number; value: number },
  tell: (value: number) => void
): HTMLElement {
  const { from, to, value } = range;
  const output = html('output', {}, String(value));
  const input = html('input', { type: 'range', min: from, max: to, step: 1, value });
  input.addEventListener('input', () => {
    output.textContent = input.value;
    tell(input.valueAsNumber);
  });
  return html('label', {}, html('span', {}, label), input, output);
}

/** A choice of one of several words. */
export function choice(label: string, words: string[], chosen: number, tell: (index: number) => void): HTMLElement {
  const options = words.map((word, index) => html('option', { selected: index === chosen }, word));
  const select = html('select', {}, ...options);
  select.addEventListener('change', () => tell(select.selectedIndex));
  return html('label', {}, html('span', {}, label), select);
}

/** How fast something plays. */
export interface IPace {
  milliseconds: number;
  /** Taken at once after so many milliseconds: a page cannot draw more than some 60 times a second. */
  steps: number;
}

const A_STEP_TO_READ: IPace = { milliseconds: 700, steps: 1 };

/** Buttons and a slider for the steps of something, and a button that plays them. */
export class Stepper {
  constructor(
    name: string,
    private _tell: (step: number) => void,
    private _pace: () => IPace = () => A_STEP_TO_READ
  ) {
    const button = (sign: string, name: string, press: () => void) => {
      const element = html('button', { type: 'button', title: name, 'aria-label': name }, sign);
      element.addEventListener('click', press);
      return element;
    };
    this._play = button('Play', 'Play', () => (this._timer === undefined ? this.play() : this.pause()));
    this._range.setAttribute('aria-label', name);
    this._range.addEventListener('input', () => {
      this.pause();
      this._go(this._range.valueAsNumber);
    });
    this._range.addEventListener('keydown', event => this._toOtherRow(event));
    this.node = html(
      'div',
      { class: 'stepper', role: 'group', 'aria-label': name },
      button('«', 'To the first', () => this._press(0)),
      button('‹', 'One back', () => this._press(this._step - 1)),
      this._play,
      button('›', 'One on', () => this._press(this._step + 1)),
      this._range,
      this._where
    );
  }

  readonly node: HTMLElement;

  /** If the steps go row by row over so many columns, the arrow keys up and down go to the row above and below. */
  columns: number | undefined;

  /** Sets where it is, and how many steps there are, without telling. */
  show(step: number, count: number, words: string): void {
    this._step = step;
    this._count = count;
    this._range.max = String(Math.max(0, count - 1));
    this._range.value = String(step);
    this._range.setAttribute('aria-valuetext', words);
    this._where.textContent = count ? `${step + 1} of ${count}` : 'none';
  }

  /** From the first step if it is at the last. */
  play(): void {
    this._go(this._step + 1 < this._count ? this._step : 0);
    this._wait();
    this._label('Pause');
  }

  private _wait(): void {
    const { milliseconds, steps } = this._pace();
    this._timer = setTimeout(() => {
      // A notebook may drop a display that plays.
      if (this.node.isConnected && this._step + 1 < this._count) {
        this._wait();
        this._go(this._step + steps);
      } else {
        this.pause();
      }
    }, milliseconds);
  }

  pause(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._label('Play');
  }

  get isPlaying(): boolean {
    return this._timer !== undefined;
  }

  private _toOtherRow(event: KeyboardEvent): void {
    const rows = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (rows === undefined || this.columns === undefined) {
      return;
    }
    event.preventDefault();
    const to = this._step + rows * this.columns;
    if (to >= 0 && to < this._count) {
      this._press(to);
    }
  }

  private _press(step: number): void {
    this.pause();
    this._go(step);
  }

  private _go(step: number): void {
    this._tell(Math.max(0, Math.min(step, this._count - 1)));
  }

  private _label(name: string): void {
    this._play.textContent = name;
    this._play.title = name;
    this._play.setAttribute('aria-label', name);
  }

  private _step = 0;
  private _count = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _play: HTMLButtonElement;
  private _range = html('input', { type: 'range', min: 0, step: 1 });
  private _where = html('span', { class: 'where' });
}
