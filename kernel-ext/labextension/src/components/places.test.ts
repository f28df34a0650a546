import assert from 'node:assert/strict';
import { test } from 'node:test';
import { around, nearestPlace, pace } from './places';

test('the nearest square has the pixel in its middle, and stays in the image', () => {
  const places = { rows: 6, columns: 6, patch: 8, stride: 4 };
  // The square at place 7 covers rows and columns 4 to 11.
  assert.deepEqual(
    [[0, 0], [7, 7], [8, 8], [27, 27], [0, 27]].map(([row, column]) => nearestPlace(places, row, column)),
    [0, 7, 7, 35, 5]
  );
});

test('the square around a pixel has as much on both sides, or one more before it', () => {
  assert.deepEqual(around(0, { height: 9, width: 9 }, 3), { top: -1, left: -1 });
  assert.deepEqual(around(10, { height: 9, width: 9 }, 4), { top: -1, left: -1 });
});

test('a fast pace takes many steps at a time', () => {
  assert.deepEqual(pace(2), { milliseconds: 500, steps: 1 });
  const { milliseconds, steps } = pace(3000);
  assert.ok(steps === 100 && Math.abs(milliseconds - 33.3) < 0.1);
});
