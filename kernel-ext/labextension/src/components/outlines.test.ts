import assert from 'node:assert/strict';
import { test } from 'node:test';
import { borders, outlines } from './outlines';

// 1 1 0
// 1 2 0
const MAP = { height: 2, width: 3, labels: Uint32Array.of(1, 1, 0, 1, 2, 0) };

test('an outline goes once around its object, along the edges of pixels', () => {
  const paths = outlines(MAP);
  assert.deepEqual([...paths], [
    [1, 'M0 0H2V1H1V2H0V0Z'],
    [2, 'M1 1H2V2H1V1Z']
  ]);
});

test('an outline goes around holes and into corners', () => {
  const pixels = (...rows: string[]) => ({
    height: rows.length,
    width: rows[0].length,
    labels: Uint32Array.from(rows.join(''), Number)
  });
  assert.equal(outlines(pixels('111', '101', '111')).get(1), 'M0 0H3V3H0V0ZM2 1H1V2H2V1Z');
  // Two pixels that touch at a corner: eight edges, however the loop goes there.
  const path = outlines(pixels('10', '01')).get(1)!;
  assert.equal(path.match(/[HV]/g)!.length, 8, path);
});

test('borders lie between objects only', () => {
  assert.equal(borders(MAP), 'M1 1h1M1 1v1');
});
