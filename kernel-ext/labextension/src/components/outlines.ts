// Outlines along the edges of pixels, for SVG, whose unit is then a pixel.

import { ILabels } from './pixels';

/** The outline of each object by its number, as the data of an SVG path: the pixel in row 2 and column 3 fills the square from
 * (3, 2) to (4, 3). */
export function outlines({ height, width, labels }: ILabels): Map<number, string> {
  const found = new Map<number, string[]>();
  const at = (row: number, column: number) =>
    row >= 0 && row < height && column >= 0 && column < width ? labels[row * width + column] : 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const label = at(row, column);
      if (label === 0) {
        continue;
      }
      const path = found.get(label) ?? [];
      found.set(label, path);
      const edge = (other: number, line: string) => other !== label && path.push(line);
      edge(at(row - 1, column), `M${column} ${row}h1`);
      edge(at(row + 1, column), `M${column} ${row + 1}h1`);
      edge(at(row, column - 1), `M${column} ${row}v1`);
      edge(at(row, column + 1), `M${column + 1} ${row}v1`);
    }
  }
  return new Map([...found].map(([label, path]) => [label, path.join('')]));
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
