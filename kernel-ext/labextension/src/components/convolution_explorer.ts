// A kernel that moves over an image: the window, the products and their sum at each place, and the output that fills up.

import { Component, html, IData } from './component';
import { choice, slider, Stepper } from './controls';
import { Grid, ICell, ILook, WIDEST, WIDEST_OF_MANY } from './grid';
import { factor, largest, written } from './numbers';
import { Convolution, formula, IOptions, ITerm, IVolume, leftOver, outputSize, Place, Rank } from './windows';

export interface IConvolutionData extends IData {
  component: 'convolution';
  rank: Rank;
  image: IVolume;
  kernel: IVolume;
  options: IOptions;
}

const DIMENSIONS = ['slices', 'rows', 'columns'];

export const convolutionExplorer: Component<IConvolutionData> = (data, node) => {
  new Explorer(data, node);
};

class Explorer {
  constructor(
    private _data: IConvolutionData,
    node: ShadowRoot
  ) {
    this._options = { ..._data.options };
    this._stepper = new Stepper('Place of the window', number => this._step(number));
    node.append(
      html(
        'div',
        { role: 'group', 'aria-label': 'Convolution explorer' },
        this._controls(),
        this._stepper.node,
        this._grids,
        this._equation,
        this._note
      )
    );
    this._rebuild();
  }

  private _controls(): HTMLElement {
    const { kernel, options } = this._data;
    const change = (changed: Partial<IOptions>) => {
      Object.assign(this._options, changed);
      this._rebuild();
    };
    const widest = Math.max(...kernel.sizes);
    const modes = choice('filled with', ['zeros', 'the edge'], Number(options.replicate), index =>
      change({ replicate: index === 1 })
    );
    return html(
      'div',
      { class: 'row' },
      choice('Kind', ['convolution', 'transposed'], Number(options.transposed), index =>
        change({ transposed: index === 1 })
      ),
      slider('Stride', { from: 1, to: Math.max(4, options.stride), value: options.stride }, stride => change({ stride })),
      slider('Padding', { from: 0, to: Math.max(3, widest - 1, options.padding), value: options.padding }, padding =>
        change({ padding })
      ),
      modes,
      slider('Dilation', { from: 1, to: Math.max(3, options.dilation), value: options.dilation }, dilation =>
        change({ dilation })
      )
    );
  }

  /** All that depends on sizes. */
  private _rebuild(): void {
    const { image, kernel, rank } = this._data;
    const options = this._options;
    // PyTorch's transposed convolution knows no padding but zeros, and there it cuts off.
    const replicate = options.replicate && !options.transposed;
    const convolution = new Convolution(image, kernel, rank, { ...options, replicate });
    this._convolution = convolution;
    this._stepper.pause();
    this._stepper.columns = convolution.sizes[2];
    this._place = 0;
    this._filled = convolution.count;
    this._outputs = convolution.outputs();
    this._around = image.sizes.map((_, dimension) =>
      options.transposed ? 0 : convolution.along(dimension).padding
    ) as Place;

    const padded = image.sizes.map((size, dimension) => size + 2 * this._around[dimension]) as Place;
    const many = image.channels > 1;
    this._images = stack(padded, image.channels, index => name('image', index, many, padded[0]));
    this._kernels = stack(kernel.sizes, kernel.channels, index => name('kernel', index, many, kernel.sizes[0]));
    this._out = stack(convolution.sizes, 1, index => name('output', index, false, convolution.sizes[0]));
    this._images.forEach((grid, index) => {
      const slice = (index % padded[0]) - this._around[0];
      const at = ({ row, column }: ICell): Place => [slice, row - this._around[1], column - this._around[2]];
      grid.onPointer(cell => this._look(convolution.nearest(at(cell))));
    });
    this._out.forEach((grid, slice) => grid.onPointer(({ row, column }) => this._look([slice, row, column])));

    const box = (grids: Grid[], kind: string) => {
      const isDeep = grids.length > image.channels || (kind === 'output' && grids.length > 1);
      return html('div', { class: `stack ${kind}${isDeep ? ' slices' : ''}` }, ...grids.map(grid => grid.node));
    };
    this._grids.replaceChildren(
      box(this._images, 'image'),
      html('span', { 'aria-hidden': 'true' }, '∗'),
      box(this._kernels, 'kernel'),
      html('span', { 'aria-hidden': 'true' }, '='),
      convolution.count ? box(this._out, 'output') : html('span', {}, '?')
    );
    this._note.replaceChildren(...this._explanation().map(line => html('div', {}, line)));
    this._note.classList.toggle('warning', convolution.count === 0);
    this._draw();
  }

  /** The sizes, and what the learner should know of them. */
  private _explanation(): string[] {
    const { image, kernel, rank } = this._data;
    const { transposed } = this._options;
    const lines: string[] = [];
    for (let dimension = 3 - rank; dimension < 3; dimension++) {
      const [size, width] = [image.sizes[dimension], kernel.sizes[dimension]];
      const options = this._convolution.along(dimension);
      const here = `Output ${DIMENSIONS[dimension]}: ${formula(size, width, options)}. `;
      if (outputSize(size, width, options) <= 0) {
        const reason = transposed
          ? 'The padding of a transposed convolution cuts off more than there is.'
          : `The padded image has ${size + 2 * options.padding}, the kernel needs ${
              options.dilation * (width - 1) + 1
            }: there is no place where it fits. Use more padding, less dilation, or a smaller kernel.`;
        lines.push(here + reason);
        continue;
      }
      const left = leftOver(size, width, options);
      const last = left === 1 ? 'the last one is' : `the last ${left} are`;
      const rest = left ? `The stride does not divide evenly, so ⌊ ⌋ rounds down: ${last} in no window.` : '';
      lines.push(here + rest);
    }
    return lines.every((line, index) => sameButName(line, lines[0]) || index === 0) && lines.length > 1
      ? [lines[lines.length - 1].replace(/^Output \w+/, `Output ${DIMENSIONS.slice(3 - rank).join(' and ')}`)]
      : lines;
  }

  /** One step: the output is filled up to here. */
  private _step(number: number): void {
    this._place = number;
    this._filled = number + 1;
    this._draw();
  }

  /** A look at one place: what is filled stays. */
  private _look(place: Place): void {
    if (!this._convolution.count) {
      return;
    }
    this._stepper.pause();
    this._place = this._convolution.number(place);
    this._filled = Math.max(this._filled, this._place + 1);
    this._draw();
  }

  private _draw(): void {
    const { image, kernel } = this._data;
    const convolution = this._convolution;
    const place = convolution.place(this._place);
    const terms = convolution.count ? convolution.terms(place) : [];
    const most = largest(image.values);

    this._images.forEach((grid, index) => {
      const [slices, rows, columns] = image.sizes.map((size, dimension) => size + 2 * this._around[dimension]);
      const [channel, slice] = [Math.floor(index / slices), index % slices];
      const looks = cells(rows, columns, ([row, column]) => {
        const at: Place = [slice - this._around[0], row - this._around[1], column - this._around[2]];
        return {
          number: convolution.value(channel, at),
          isPadding: at.some((position, dimension) => position < 0 || position >= image.sizes[dimension]),
          isMarked: terms.some(term => term.channel === channel && same(term.at, at))
        };
      });
      grid.draw(looks, most);
    });
    this._kernels.forEach((grid, index) => {
      const [slices, rows, columns] = kernel.sizes;
      const [channel, slice] = [Math.floor(index / slices), index % slices];
      const looks = cells(rows, columns, ([row, column]) => ({
        number: kernel.values[(index * rows + row) * columns + column],
        isMarked: this._options.transposed && terms.some(term => term.channel === channel && same(term.tap, [slice, row, column]))
      }));
      grid.draw(looks, largest(kernel.values));
    });
    this._out.forEach((grid, slice) => {
      const [, rows, columns] = convolution.sizes;
      const looks = cells(rows, columns, ([row, column]) => {
        const number = convolution.number([slice, row, column]);
        return {
          number: number < this._filled ? this._outputs[number] : undefined,
          isMarked: number === this._place
        };
      });
      grid.draw(looks, largest(this._outputs));
    });
    this._write(place, terms);
  }

  private _write(place: Place, terms: ITerm[]): void {
    const { rank, image } = this._data;
    const { count } = this._convolution;
    const where = ['slice', 'row', 'column']
      .map((word, dimension) => `${word} ${place[dimension] + 1}`)
      .slice(3 - rank)
      .join(', ');
    const words = count ? `${where}: ${written(this._outputs[this._place])}` : 'no place';
    this._stepper.show(this._place, count, words);
    this._equation.setAttribute('aria-live', this._stepper.isPlaying ? 'off' : 'polite');
    const lines: string[] = [];
    for (let channel = 0; channel < image.channels; channel++) {
      const products = terms.filter(term => term.channel === channel);
      const sum = products.reduce((sum, { value, weight }) => sum + value * weight, 0);
      const text = products.map(({ value, weight }) => `${factor(value)}·${factor(weight)}`).join(' + ') || '0';
      lines.push(`${image.channels > 1 ? `channel ${channel + 1}: ` : ''}${text} = ${written(sum)}`);
    }
    if (image.channels > 1) {
      lines.push(`all channels: ${written(this._outputs[this._place] ?? 0)}`);
    }
    const shown = count ? [`Output at ${where}:`, ...lines] : ['There is no output.'];
    this._equation.replaceChildren(...shown.map(line => html('div', {}, line)));
  }

  private _options: IOptions;
  private _convolution!: Convolution;
  private _images: Grid[] = [];
  private _kernels: Grid[] = [];
  private _out: Grid[] = [];
  /** The padding that is drawn around the image. */
  private _around: Place = [0, 0, 0];
  private _outputs: number[] = [];
  private _place = 0;
  /** How many outputs are shown, from the first. */
  private _filled = 0;
  private _stepper: Stepper;
  private _grids = html('div', { class: 'row grids' });
  private _equation = html('div', { class: 'equation' });
  private _note = html('div', { class: 'note' });
}

/** A grid for each slice of each channel. */
function stack([slices, rows, columns]: Place, channels: number, title: (index: number) => string): Grid[] {
  const widest = channels * slices > 4 ? WIDEST_OF_MANY : WIDEST;
  return Array.from({ length: channels * slices }, (_, index) => new Grid(title(index), rows, columns, widest));
}

function name(what: string, index: number, isChannel: boolean, slices: number): string {
  if (slices > 1) {
    return `${what}, slice ${(index % slices) + 1}`;
  }
  return isChannel ? `${what}, channel ${index + 1}` : what;
}

function cells(rows: number, columns: number, look: (cell: [number, number]) => ILook): ILook[] {
  return Array.from({ length: rows * columns }, (_, index) => look([Math.floor(index / columns), index % columns]));
}

function same(one: Place, other: Place): boolean {
  return one.every((index, dimension) => index === other[dimension]);
}

function sameButName(one: string, other: string): boolean {
  return one.replace(/^Output \w+/, '') === other.replace(/^Output \w+/, '');
}
