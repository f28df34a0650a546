import assert from 'node:assert/strict';
import { test } from 'node:test';
// Written by the script beside it, with scikit-image.
import golden from '../../../../tests/golden/watershed.json';
import { flood, ILandscape, peaks } from './watershed';

function landscape(rows: number[][]): ILandscape {
  const distance = Float32Array.from(rows.flat());
  return { height: rows.length, width: rows[0].length, distance, mask: Uint8Array.from(distance, Number).map(Math.sign) };
}

test('basins are those of scikit-image, also where heights are equal', () => {
  golden.forEach(({ height, width, distance, mask, markers, labels }, index) => {
    const found = flood({ height, width, distance: Float32Array.from(distance), mask: Uint8Array.from(mask) }, markers);
    assert.deepEqual([...found.labels], labels, `case ${index}`);
  });
});

test('peaks keep their distance, and the largest win', () => {
  const ridge = landscape([[0, 1, 3, 2, 1, 2, 4, 1, 0, 1, 0]]);
  assert.deepEqual(peaks(ridge, 1), [6, 2, 9]);
  assert.deepEqual(peaks(ridge, 4), [6, 2]);
  assert.deepEqual(peaks(ridge, 5), [6]);
  assert.deepEqual(peaks(landscape([[0, 2, 2, 2, 0]]), 2), [1, 3], 'a plateau');
});

test('water comes to a pixel when it stands as high, or over the lowest pass', () => {
  const ridge = landscape([[3, 1, 2, 0, 5]]);
  const { labels, level } = flood(ridge, [0]);
  assert.deepEqual([...labels], [1, 1, 1, 0, 0]);
  assert.deepEqual([...level], [-3, -1, -1, Infinity, Infinity]);
});
