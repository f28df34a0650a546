import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelColours, PALETTE } from './label_colours';

test('neighbours have different colours, also across a gap', () => {
  // Each number comes again and again, so that every object has neighbours on all sides.
  const width = 24;
  const labels = Uint32Array.from({ length: width * width }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    return row % 4 === 3 || column % 4 === 3 ? 0 : 1 + 7 * (6 * Math.floor(row / 4) + Math.floor(column / 4));
  });
  const colours = labelColours({ height: width, width, labels });
  assert.equal(colours.size, 36);
  for (let block = 0; block < 36; block++) {
    const colour = colours.get(1 + 7 * block)!;
    assert.ok(colour >= 0 && colour < PALETTE.length);
    if (block % 6 < 5) {
      assert.notEqual(colour, colours.get(1 + 7 * (block + 1)), `block ${block} and the one to its right`);
    }
    assert.notEqual(colour, colours.get(1 + 7 * (block + 6)), `block ${block} and the one below`);
  }
});
