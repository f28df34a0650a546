// A colour for each object, so that neighbours can be told apart.

import { ILabels, objects } from './pixels';

/** Red, green and blue. Okabe and Ito's palette (2008), which colour-blind people can tell apart, too. */
export const PALETTE = [
  [86, 180, 233],
  [230, 159, 0],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167]
];

/** Objects with at most this many pixels between them are neighbours. */
const GAP = 2;

/** The place of each object's colour in the palette. Objects take turns, and each takes the first colour that none of its neighbours
 * has. (Only an object with neighbours of all colours shares one.) */
export function labelColours(map: ILabels): Map<number, number> {
  const neighbours = neighboursOf(map);
  const colours = new Map<number, number>();
  objects(map).forEach((label, turn) => {
    const taken = new Set([...(neighbours.get(label) ?? [])].map(other => colours.get(other)));
    const inTurn = PALETTE.map((_, step) => (turn + step) % PALETTE.length);
    colours.set(label, inTurn.find(colour => !taken.has(colour)) ?? inTurn[0]);
  });
  return colours;
}

function neighboursOf({ height, width, labels }: ILabels): Map<number, Set<number>> {
  const neighbours = new Map<number, Set<number>>();
  const add = (one: number, other: number) => neighbours.set(one, (neighbours.get(one) ?? new Set()).add(other));
  const reach = GAP + 1;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const label = labels[row * width + column];
      if (label === 0) {
        continue;
      }
      for (let down = 0; down <= reach && row + down < height; down++) {
        for (let right = -reach; right <= reach; right++) {
          const other = column + right >= 0 && column + right < width ? labels[(row + down) * width + column + right] : 0;
          if (other !== 0 && other !== label) {
            add(label, other);
            add(other, label);
          }
        }
      }
    }
  }
  return neighbours;
}
