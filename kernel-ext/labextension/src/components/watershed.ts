// Water that rises in a landscape: where it comes from, and where waters meet. Nothing is drawn here.

import { ISize } from './pixels';

export interface ILandscape extends ISize {
  /** Of each pixel, to the nearest background: the elevation is its negative. */
  distance: Float32Array;
  /** 1 where water may go. */
  mask: Uint8Array;
}

export interface IFlood {
  /** The number of each pixel's basin; 0 where no water comes. */
  labels: Uint32Array;
  /** How high the water stands when it comes to the pixel. */
  level: Float32Array;
}

/** Local maxima of the distance, the largest first, at least `apart` pixels from each other. Of equal ones the first in the image
 * comes first. */
export function peaks({ height, width, distance, mask }: ILandscape, apart: number): number[] {
  const isPeak = (pixel: number) => {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
        if (distance[r * width + c] > distance[pixel]) {
          return false;
        }
      }
    }
    return mask[pixel] === 1 && distance[pixel] > 0;
  };
  const candidates = Array.from(distance.keys()).filter(isPeak);
  candidates.sort((one, other) => distance[other] - distance[one] || one - other);
  const chosen: number[] = [];
  for (const pixel of candidates) {
    const isFar = (other: number) => {
      const [down, right] = [Math.floor(pixel / width) - Math.floor(other / width), (pixel % width) - (other % width)];
      return down * down + right * right >= apart * apart;
    };
    if (chosen.every(isFar)) {
      chosen.push(pixel);
    }
  }
  return chosen;
}

/** Floods the landscape from markers, which become basins 1, 2 and so on. Water goes up, left, right and down, to the lowest pixel
 * at its edge, and of equal ones to that which it touched first (Meyer 1991, in the order of scikit-image's `watershed`). */
export function flood({ height, width, distance, mask }: ILandscape, markers: number[]): IFlood {
  const labels = new Uint32Array(height * width);
  const level = new Float32Array(height * width).fill(Infinity);
  const edge = new Edge();
  const reach = (pixel: number, label: number, height: number, age: number) => {
    labels[pixel] = label;
    level[pixel] = height;
    edge.push({ height, age, pixel });
  };
  // Row by row.
  const springs = markers.map((pixel, index) => ({ pixel, label: index + 1 })).sort((one, other) => one.pixel - other.pixel);
  springs.forEach(({ pixel, label }) => reach(pixel, label, -distance[pixel], 0));
  let age = 0;
  for (let from = edge.pop(); from; from = edge.pop()) {
    const { pixel } = from;
    const column = pixel % width;
    const neighbours: [number, boolean][] = [
      [pixel - width, pixel >= width],
      [pixel - 1, column > 0],
      [pixel + 1, column + 1 < width],
      [pixel + width, pixel + width < labels.length]
    ];
    for (const [next, isInside] of neighbours) {
      if (isInside && mask[next] === 1 && labels[next] === 0) {
        age += 1;
        // Water that has come over a pass stands as high as that.
        reach(next, labels[pixel], Math.max(-distance[next], from.height), age);
      }
    }
  }
  return { labels, level };
}

interface IReached {
  height: number;
  /** When the water touched it. */
  age: number;
  pixel: number;
}

/** The pixels at the water's edge, as a binary heap, in which springs of equal height come in scikit-image's order, too. */
class Edge {
  push(reached: IReached): void {
    const heap = this._heap;
    heap.push(reached);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!isBefore(heap[child], heap[parent])) {
        break;
      }
      this._swap(child, parent);
      child = parent;
    }
  }

  pop(): IReached | undefined {
    const heap = this._heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) {
      return first;
    }
    heap[0] = last;
    let parent = 0;
    for (;;) {
      let smallest = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < heap.length && isBefore(heap[child], heap[smallest])) {
          smallest = child;
        }
      }
      if (smallest === parent) {
        return first;
      }
      this._swap(parent, smallest);
      parent = smallest;
    }
  }

  private _swap(one: number, other: number): void {
    [this._heap[one], this._heap[other]] = [this._heap[other], this._heap[one]];
  }

  private _heap: IReached[] = [];
}

function isBefore(one: IReached, other: IReached): boolean {
  return one.height === other.height ? one.age < other.age : one.height < other.height;
}
