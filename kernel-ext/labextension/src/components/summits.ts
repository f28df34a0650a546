// Where water springs from: the deepest places of a landscape. Nothing is drawn here.

import { ISize } from './pixels';

export interface ILandscape extends ISize {
  /** Of each pixel, to the nearest background: the elevation is its negative. */
  distance: Float32Array;
  /** 1 where water may go. */
  mask: Uint8Array;
}

/** One marker for each summit of the distance, numbered from 1: pixels with no larger distance within `apart` rows and columns. Pixels
 * of a summit that touch are one marker; of equal summits that are nearer than `apart`, the first stays. Each connected piece of the
 * mask is looked at on its own, so each has a marker. These are the markers of `morph::separate` in the crate. */
export function summits(landscape: ILandscape, apart: number): Uint32Array {
  const { height, width, distance, mask } = landscape;
  const pieces = components(landscape, mask, false);
  const isHighest = (pixel: number, reach: number) =>
    distance[pixel] > 0 &&
    everyNear(landscape, pixel, reach, other => pieces[other] !== pieces[pixel] || distance[other] <= distance[pixel]);
  // The neighbours first: they rule out nearly all pixels.
  const high = pieces.map((piece, pixel) => (piece !== 0 && isHighest(pixel, 1) && isHighest(pixel, apart) ? piece : 0));
  const found = pixelsOf(components(landscape, high, true));
  found.sort(([one], [other]) => pieces[one] - pieces[other] || one - other);
  const markers = new Uint32Array(height * width);
  /** The piece that a pixel is in, if it is too near to one of its markers. */
  const taken = new Uint32Array(height * width);
  let count = 0;
  for (const pixels of found) {
    const piece = pieces[pixels[0]];
    if (pixels.some(pixel => taken[pixel] === piece)) {
      continue;
    }
    count += 1;
    for (const pixel of pixels) {
      markers[pixel] = count;
      everyNear(landscape, pixel, apart - 1, other => (taken[other] = piece) !== 0);
    }
  }
  return markers;
}

/** Pixels of equal numbers that touch, as components 1, 2 and so on in the order of their first pixels; those of number 0 are in none.
 * Corners touch, too, if you say so. */
export function components({ height, width }: ISize, numbers: ArrayLike<number>, corners: boolean): Uint32Array {
  const found = new Uint32Array(height * width);
  let count = 0;
  for (let first = 0; first < found.length; first++) {
    if (numbers[first] === 0 || found[first] !== 0) {
      continue;
    }
    count += 1;
    found[first] = count;
    const open = [first];
    for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
      const from = pixel;
      everyNear({ height, width }, from, 1, other => {
        const isCorner = other % width !== from % width && Math.floor(other / width) !== Math.floor(from / width);
        if (found[other] === 0 && numbers[other] === numbers[from] && (corners || !isCorner)) {
          found[other] = count;
          open.push(other);
        }
        return true;
      });
    }
  }
  return found;
}

/** Whether something holds for all pixels at most `reach` rows and columns away, the one in the middle among them. */
function everyNear({ height, width }: ISize, pixel: number, reach: number, holds: (other: number) => boolean): boolean {
  const [row, column] = [Math.floor(pixel / width), pixel % width];
  for (let r = Math.max(0, row - reach); r <= Math.min(height - 1, row + reach); r++) {
    for (let c = Math.max(0, column - reach); c <= Math.min(width - 1, column + reach); c++) {
      if (!holds(r * width + c)) {
        return false;
      }
    }
  }
  return true;
}

/** The pixels of each component, in the order of their numbers. */
function pixelsOf(components: Uint32Array): number[][] {
  const found: number[][] = [];
  components.forEach((component, pixel) => {
    if (component !== 0) {
      (found[component - 1] ??= []).push(pixel);
    }
  });
  return found;
}
