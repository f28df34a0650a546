// Images, numbers and label maps as the crate writes them: `src/visual/component_data.rs` is the other side.

export interface ISize {
  height: number;
  width: number;
}

/** An image, as a file that the page can show. */
export interface IImage extends ISize {
  png: string;
}

/** A number for each object: pairs of a number and how many pixels in a row have it, row by row. */
export interface IRuns extends ISize {
  runs: number[];
}

/** The number of each pixel's object, row by row; 0 is background. */
export interface ILabels extends ISize {
  labels: Uint32Array;
}

export function labelMap({ height, width, runs }: IRuns): ILabels {
  const labels = new Uint32Array(height * width);
  for (let pair = 0, from = 0; pair < runs.length; pair += 2) {
    const [label, length] = [runs[pair], runs[pair + 1]];
    labels.fill(label, from, from + length);
    from += length;
  }
  return { height, width, labels };
}

/** The numbers of all objects, in order. */
export function objects({ labels }: ILabels): number[] {
  const found = new Set(labels);
  found.delete(0);
  return [...found].sort((one, other) => one - other);
}

/** Bytes from base64. */
export function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
}

/** Numbers of four bytes each, the lowest first. */
export function floats(base64: string): Float32Array {
  const view = new DataView(bytes(base64).buffer);
  return Float32Array.from({ length: view.byteLength / 4 }, (_, index) => view.getFloat32(4 * index, true));
}
