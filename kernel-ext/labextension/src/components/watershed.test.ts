import assert from 'node:assert/strict';
import { test } from 'node:test';
// Written by the script beside it, with scikit-image.
import golden from '../../../../tests/golden/watershed.json';
import { components, ILandscape, summits } from './summits';
import { flood } from './watershed';

function landscape(...rows: number[][]): ILandscape {
  const distance = Float32Array.from(rows.flat());
  return { height: rows.length, width: rows[0].length, distance, mask: Uint8Array.from(distance, Math.sign) };
}

test('markers and basins are those of SciPy and scikit-image, also where heights are equal', () => {
  golden.forEach(({ height, width, distance, mask, apart, markers, basins }, index) => {
    const land = { height, width, distance: Float32Array.from(distance), mask: Uint8Array.from(mask) };
    const found = summits(land, apart);
    assert.deepEqual([...found], markers, `markers of case ${index}`);
    assert.deepEqual([...flood(land, found).labels], basins, `basins of case ${index}`);
  });
});

test('a summit has nothing higher nearby, and each piece of the mask has one', () => {
  const ridge = landscape([0, 1, 3, 2, 1, 2, 4, 1, 0, 1, 0]);
  const at = (apart: number) => [...summits(ridge, apart).entries()].filter(([, marker]) => marker !== 0);
  assert.deepEqual(at(1), [[2, 1], [6, 2], [9, 3]]);
  assert.deepEqual(at(4), [[6, 1], [9, 2]]);
});

test('a flat summit is one marker, and of two equal ones that are too near the first stays', () => {
  const flat = landscape([1, 3, 3, 1, 3, 1]);
  assert.deepEqual([...summits(flat, 2)], [0, 1, 1, 0, 2, 0]);
  assert.deepEqual([...summits(flat, 3)], [0, 1, 1, 0, 0, 0]);
});

test('components of equal numbers touch at edges, and at corners if you say so', () => {
  const size = { height: 2, width: 3 };
  assert.deepEqual([...components(size, [1, 0, 2, 0, 1, 2], false)], [1, 0, 2, 0, 3, 2]);
  assert.deepEqual([...components(size, [1, 0, 2, 0, 1, 2], true)], [1, 0, 2, 0, 1, 2]);
  assert.deepEqual([...components({ height: 2, width: 2 }, [0, 1, 1, 0], false)], [0, 1, 2, 0]);
});

test('water comes to a pixel when it stands as high, or over the lowest pass', () => {
  const ridge = landscape([3, 1, 2, 0, 5]);
  const { labels, level } = flood(ridge, Uint32Array.of(1, 0, 0, 0, 0));
  assert.deepEqual([...labels], [1, 1, 1, 0, 0]);
  assert.deepEqual([...level], [-3, -1, -1, Infinity, Infinity]);
});
