// A pad on which the learner draws a digit, with a mouse, a finger or the arrow keys.

import { Component, html, IData } from './component';
import { digit, SIDE } from './digit';

export interface IDigitPadData extends IData {
  component: 'digit-pad';
}

/** What happens when the learner hands over a drawing. Whoever passes it on to a kernel prevents the default. */
export const DRAWN = 'eosin-drawn';

/** 28 x 28 bytes in hexadecimal digits. */
export interface IDrawn {
  pixels: string;
}

const PIXELS = 252;
const PEN = 20;

export const digitPad: Component<IDigitPadData> = (_, node) => {
  new Pad(node);
};

class Pad {
  constructor(node: ShadowRoot) {
    const button = (label: string, press: () => void) => {
      const element = html('button', { type: 'button' }, label);
      element.addEventListener('click', press);
      return element;
    };
    const canvas = this._canvas;
    canvas.addEventListener('pointerdown', event => this._start(event));
    canvas.addEventListener('pointermove', event => this._pen && this._lineTo(...this._at(event)));
    canvas.addEventListener('pointerup', () => (this._pen = undefined));
    canvas.addEventListener('pointercancel', () => (this._pen = undefined));
    canvas.addEventListener('keydown', event => this._press(event));
    this._call.readOnly = true;
    node.append(
      html(
        'div',
        { role: 'group', 'aria-label': 'Draw a digit' },
        html('div', { class: 'row' }, canvas, html('div', { class: 'stack' }, html('span', {}, 'As the network sees it:'), this._seen)),
        html('div', { class: 'row' }, button('Read it', () => this._hand(canvas)), button('Clear', () => this._clear())),
        this._said
      )
    );
    this._clear();
  }

  private _start(event: PointerEvent): void {
    this._canvas.setPointerCapture(event.pointerId);
    this._pen = this._at(event);
    this._lineTo(...this._pen);
  }

  private _at({ offsetX, offsetY }: PointerEvent): [number, number] {
    // The page may show the canvas smaller than it is.
    const scale = PIXELS / this._canvas.clientWidth;
    return [offsetX * scale, offsetY * scale];
  }

  private _lineTo(x: number, y: number): void {
    const [fromX, fromY] = this._pen ?? [x, y];
    const context = this._context;
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(x, y);
    context.stroke();
    this._pen = [x, y];
    this._look();
  }

  /** Arrow keys move the pen, which draws while Shift is held. */
  private _press(event: KeyboardEvent): void {
    const step = PIXELS / SIDE;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if (!by) {
      return;
    }
    event.preventDefault();
    const inside = (position: number) => Math.max(PEN / 2, Math.min(position, PIXELS - PEN / 2));
    const to = [inside(this._cursor[0] + by[0]), inside(this._cursor[1] + by[1])] as [number, number];
    if (event.shiftKey) {
      this._pen = this._cursor;
      this._lineTo(...to);
      this._pen = undefined;
    }
    this._cursor = to;
    const [column, row] = to.map(position => Math.floor(position / step) + 1);
    this._say(`The pen is at row ${row}, column ${column}. Hold Shift to draw.`);
  }

  private _clear(): void {
    this._context.fillStyle = '#000';
    this._context.fillRect(0, 0, PIXELS, PIXELS);
    Object.assign(this._context, { strokeStyle: '#fff', lineWidth: PEN, lineCap: 'round', lineJoin: 'round' });
    this._cursor = [PIXELS / 2, PIXELS / 2];
    this._look();
    this._say('Draw a digit: with the mouse, a finger, or Shift and the arrow keys.');
  }

  /** Shows the pixels that a network gets. */
  private _look(): void {
    const { data } = this._context.getImageData(0, 0, PIXELS, PIXELS);
    const levels = Float32Array.from({ length: PIXELS * PIXELS }, (_, index) => data[4 * index] / 255);
    this._pixels = digit(levels, PIXELS);
    const image = new ImageData(SIDE, SIDE);
    this._pixels.forEach((byte, index) => image.data.set([byte, byte, byte, 255], 4 * index));
    const context = this._seen.getContext('2d')!;
    context.putImageData(image, 0, 0);
  }

  private _hand(from: HTMLElement): void {
    if (this._pixels.every(byte => byte === 0)) {
      this._say('The pad is empty.');
      return;
    }
    const hexadecimal = Array.from(this._pixels, byte => byte.toString(16).padStart(2, '0')).join('');
    const detail: IDrawn = { pixels: hexadecimal };
    const event = new CustomEvent<IDrawn>(DRAWN, { detail, bubbles: true, composed: true, cancelable: true });
    if (from.dispatchEvent(event)) {
      this._call.value = `let drawn = digit_from(&[${Array.from(this._pixels).join(', ')}])?;`;
      this._say('Nothing here can talk to the kernel. Copy this line into a cell instead:', this._call);
      this._call.select();
    } else {
      this._say('The kernel has it: the cell below shows what the network reads.');
    }
  }

  private _say(...words: (string | Node)[]): void {
    this._said.replaceChildren(...words);
  }

  private _canvas = html('canvas', {
    width: PIXELS,
    height: PIXELS,
    tabindex: 0,
    role: 'img',
    'aria-label': 'Drawing pad. The arrow keys move the pen, Shift and the arrow keys draw.'
  });
  private _context = this._canvas.getContext('2d', { willReadFrequently: true })!;
  private _seen = html('canvas', {
    width: SIDE,
    height: SIDE,
    style: 'width: 84px; cursor: auto; image-rendering: pixelated',
    role: 'img',
    'aria-label': 'The drawing as 28 by 28 pixels'
  });
  private _said = html('div', { class: 'note', role: 'status' });
  private _call = html('textarea', { rows: 3, 'aria-label': 'A line for a cell' });
  private _pixels: Uint8Array = new Uint8Array(SIDE * SIDE);
  private _pen: [number, number] | undefined;
  private _cursor: [number, number] = [0, 0];
}
