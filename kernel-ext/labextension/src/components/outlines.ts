// Outlines along the edges of pixels, for SVG, whose unit is then a pixel.

import { ILabels } from './pixels';

/** The outline of each object by its number, as the data of an SVG path. The pixel in row 2 and column 3 fills the square from (3, 2)
 * to (4, 3). */
export function outlines({ height, width, labels }: ILabels): Map<number, string> {
  const edges = new Map<number, Edges>();
  const at = (row: number, column: number) =>
    row >= 0 && row < height && column >= 0 && column < width ? labels[row * width + column] : 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const label = at(row, column);
      if (label === 0) {
        continue;
      }
      const own = edges.get(label) ?? new Edges(width + 1);
      edges.set(label, own);
      // Clockwise.
      const [left, right, top, bottom] = [column, column + 1, row, row + 1];
      const edge = (other: number, from: Corner, to: Corner) => other !== label && own.add(from, to);
      edge(at(row - 1, column), [left, top], [right, top]);
      edge(at(row, column + 1), [right, top], [right, bottom]);
      edge(at(row + 1, column), [right, bottom], [left, bottom]);
      edge(at(row, column - 1), [left, bottom], [left, top]);
    }
  }
  return new Map([...edges].map(([label, own]) => [label, own.path()]));
}

/** x and y. */
type Corner = [number, number];

/** The edges of one object, which lead from corner to corner and together form loops. */
class Edges {
  constructor(private _cornersInRow: number) {}

  add([x, y]: Corner, [toX, toY]: Corner): void {
    const from = y * this._cornersInRow + x;
    const next = this._next.get(from) ?? [];
    this._next.set(from, next);
    next.push(toY * this._cornersInRow + toX);
  }

  /** One loop after the other; what goes straight on is one line. */
  path(): string {
    const lines: string[] = [];
    for (const first of this._next.keys()) {
      let corner = first;
      let [x, y] = this._at(corner);
      let isHorizontal: boolean | undefined;
      for (let to = this._leave(corner); to !== undefined; to = this._leave(corner)) {
        const [toX, toY] = this._at(to);
        if (isHorizontal === undefined) {
          lines.push(`M${x} ${y}`);
        } else if (isHorizontal === (toY === y)) {
          lines.pop();
        }
        isHorizontal = toY === y;
        lines.push(isHorizontal ? `H${toX}` : `V${toY}`);
        [corner, x, y] = [to, toX, toY];
      }
      if (isHorizontal !== undefined) {
        lines.push('Z');
      }
    }
    return lines.join('');
  }

  private _at(corner: number): Corner {
    return [corner % this._cornersInRow, Math.floor(corner / this._cornersInRow)];
  }

  /** The end of an edge from here that was not taken yet. */
  private _leave(corner: number): number | undefined {
    return this._next.get(corner)?.pop();
  }

  /** Two edges leave a corner at which two pixels touch. */
  private _next = new Map<number, number[]>();
}

/** The lines between objects that touch, as the data of one SVG path. Background is no object. */
export function borders({ height, width, labels }: ILabels): string {
  const path: string[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      const label = labels[pixel];
      const differs = (other: number) => label !== 0 && other !== 0 && other !== label;
      if (column + 1 < width && differs(labels[pixel + 1])) {
        path.push(`M${column + 1} ${row}v1`);
      }
      if (row + 1 < height && differs(labels[pixel + width])) {
        path.push(`M${column} ${row + 1}h1`);
      }
    }
  }
  return path.join('');
}
