// Water that rises in a landscape, and where waters meet. Nothing is drawn here.

import { ILandscape } from './summits';

export interface IFlood {
  /** The number of each pixel's basin; 0 where no water comes. */
  labels: Uint32Array;
  /** How high the water stands when it comes to the pixel. */
  level: Float32Array;
}

/** Floods the landscape from markers, whose numbers their basins get: first all markers spread, row by row, then again and again the
 * lowest pixel at the water's edge, and of equal ones that which the water touched first (Soille and Ansoult 1990; the order of
 * `morph::watershed` in the crate). Water goes up, left, right and down. */
export function flood({ height, width, distance, mask }: ILandscape, markers: Uint32Array): IFlood {
  const labels = markers.map((label, pixel) => label * mask[pixel]);
  const level = new Float32Array(height * width).fill(Infinity);
  const edge = new Edge();
  let age = 0;
  const spread = (pixel: number, height: number) => {
    const column = pixel % width;
    const neighbours: [number, boolean][] = [
      [pixel - width, pixel >= width],
      [pixel - 1, column > 0],
      [pixel + 1, column + 1 < width],
      [pixel + width, pixel + width < labels.length]
    ];
    for (const [next, isInside] of neighbours) {
      if (isInside && mask[next] === 1 && labels[next] === 0) {
        labels[next] = labels[pixel];
        // Water that has come over a pass stands as high as that.
        level[next] = Math.max(-distance[next], height);
        edge.push({ height: level[next], age: age++, pixel: next });
      }
    }
  };
  const springs = Array.from(labels.keys()).filter(pixel => labels[pixel] !== 0);
  for (const pixel of springs) {
    level[pixel] = -distance[pixel];
    spread(pixel, -Infinity);
  }
  for (let from = edge.pop(); from; from = edge.pop()) {
    spread(from.pixel, from.height);
  }
  return { labels, level };
}

interface IReached {
  height: number;
  /** When the water touched it: no two pixels have the same age. */
  age: number;
  pixel: number;
}

/** The pixels at the water's edge, as a binary heap: the lowest is first. */
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
