// The arithmetic of convolution as PyTorch does it: sizes, windows, sums. Nothing is drawn here.

/** Channels of numbers in up to three dimensions: slices, rows and columns. Dimensions that are not there have size 1. */
export interface IVolume {
  channels: number;
  /** Slices, rows, columns. */
  sizes: Place;
  /** In row-major order, the channels first. */
  values: number[];
}

/** A slice, a row and a column, or a size in each of them. */
export type Place = [number, number, number];

export interface IOptions {
  stride: number;
  padding: number;
  dilation: number;
  /** The padding repeats the values at the edge; else it is zeros. */
  replicate: boolean;
  transposed: boolean;
}

/** How many of the three dimensions are real: the options apply to these. */
export type Rank = 1 | 2 | 3;

/** One product of a sum: a value of the image, and the weight of the kernel that it meets. */
export interface ITerm {
  channel: number;
  /** Where the value is; in the padding it is outside of the image. */
  at: Place;
  value: number;
  /** Where the weight is in the kernel. */
  tap: Place;
  weight: number;
}

const DIMENSIONS = [0, 1, 2] as const;

/** The options along one dimension, which may not be real. */
function along(options: IOptions, rank: Rank, dimension: number): IOptions {
  const isReal = dimension >= 3 - rank;
  return isReal ? options : { ...options, stride: 1, padding: 0, dilation: 1 };
}

/** The rows that a kernel covers, with the gaps of dilation. */
export function extent(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

/** The size of the output in one dimension: 0 or less if there is no place for the kernel. */
export function outputSize(size: number, kernel: number, { stride, padding, dilation, transposed }: IOptions): number {
  return transposed
    ? (size - 1) * stride - 2 * padding + extent(kernel, dilation)
    : Math.floor((size + 2 * padding - extent(kernel, dilation)) / stride) + 1;
}

/** The formula of `outputSize` with its numbers. */
export function formula(size: number, kernel: number, options: IOptions): string {
  const { stride, padding, dilation, transposed } = options;
  const result = outputSize(size, kernel, options);
  return transposed
    ? `(${size} − 1) × ${stride} − 2 × ${padding} + ${dilation} × (${kernel} − 1) + 1 = ${result}`.replace('= -', '= −')
    : `⌊(${size} + 2 × ${padding} − ${dilation} × (${kernel} − 1) − 1) / ${stride}⌋ + 1 = ${result}`.replace('= -', '= −');
}

/** How many rows at the end of the padded image no window reaches, because the stride steps over them. */
export function leftOver(size: number, kernel: number, { stride, padding, dilation, transposed }: IOptions): number {
  const room = size + 2 * padding - extent(kernel, dilation);
  return transposed || room < 0 ? 0 : room % stride;
}

export class Convolution {
  constructor(
    readonly image: IVolume,
    readonly kernel: IVolume,
    readonly rank: Rank,
    readonly options: IOptions
  ) {
    this.sizes = DIMENSIONS.map(dimension =>
      Math.max(0, outputSize(image.sizes[dimension], kernel.sizes[dimension], this.along(dimension)))
    ) as Place;
  }

  /** The size of the output. */
  readonly sizes: Place;

  /** How many values the output has. */
  get count(): number {
    return this.sizes[0] * this.sizes[1] * this.sizes[2];
  }

  along(dimension: number): IOptions {
    return along(this.options, this.rank, dimension);
  }

  /** The place of an output by its number, row by row. */
  place(number: number): Place {
    const [, rows, columns] = this.sizes;
    const row = Math.floor(number / columns);
    return [Math.floor(row / rows), row % rows, number % columns];
  }

  number([slice, row, column]: Place): number {
    const [, rows, columns] = this.sizes;
    return (slice * rows + row) * columns + column;
  }

  /** The products whose sum is the output at a place. In a transposed convolution only where the image reaches the place. */
  terms(place: Place): ITerm[] {
    const terms: ITerm[] = [];
    const { channels, sizes } = this.kernel;
    for (let channel = 0; channel < channels; channel++) {
      for (const tap of places(sizes)) {
        const at = this.meets(place, tap);
        if (at) {
          const weight = this.kernel.values[offset(this.kernel, channel, tap)];
          terms.push({ channel, at, value: this.value(channel, at), tap, weight });
        }
      }
    }
    return terms;
  }

  /** The output at a place. */
  output(place: Place): number {
    return this.terms(place).reduce((sum, { value, weight }) => sum + value * weight, 0);
  }

  /** All of the output, row by row. */
  outputs(): number[] {
    return Array.from({ length: this.count }, (_, number) => this.output(this.place(number)));
  }

  /** A value of the image or of its padding. */
  value(channel: number, at: Place): number {
    const { sizes } = this.image;
    const inside = at.map((index, dimension) => clamp(index, sizes[dimension])) as Place;
    const isInside = inside.every((index, dimension) => index === at[dimension]);
    return isInside || this.options.replicate ? this.image.values[offset(this.image, channel, inside)] : 0;
  }

  /** The output whose window has its middle closest to a place of the image. */
  nearest(at: Place): Place {
    return DIMENSIONS.map(dimension => {
      const { stride, padding, dilation, transposed } = this.along(dimension);
      const middle = (extent(this.kernel.sizes[dimension], dilation) - 1) / 2;
      const index = transposed
        ? at[dimension] * stride - padding + middle
        : (at[dimension] + padding - middle) / stride;
      return clamp(Math.round(index), this.sizes[dimension]);
    }) as Place;
  }

  /** Where the image meets a tap of the kernel, for the output at a place. */
  private meets(place: Place, tap: Place): Place | undefined {
    const at = DIMENSIONS.map(dimension => {
      const { stride, padding, dilation, transposed } = this.along(dimension);
      return transposed
        ? (place[dimension] + padding - tap[dimension] * dilation) / stride
        : place[dimension] * stride - padding + tap[dimension] * dilation;
    }) as Place;
    const reaches = ({ sizes }: IVolume) =>
      at.every((index, dimension) => Number.isInteger(index) && index >= 0 && index < sizes[dimension]);
    return this.options.transposed && !reaches(this.image) ? undefined : at;
  }
}

/** All places of these sizes, row by row. */
export function* places([slices, rows, columns]: Place): Generator<Place> {
  for (let slice = 0; slice < slices; slice++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        yield [slice, row, column];
      }
    }
  }
}

function offset({ sizes: [slices, rows, columns] }: IVolume, channel: number, [slice, row, column]: Place): number {
  return ((channel * slices + slice) * rows + row) * columns + column;
}

function clamp(index: number, size: number): number {
  return Math.max(0, Math.min(index, size - 1));
}
