import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Convolution, formula, IOptions, IVolume, leftOver, outputSize, Place } from './windows';

const plain: IOptions = { stride: 1, padding: 0, dilation: 1, replicate: false, transposed: false };

function rows(values: number[][]): IVolume {
  return { channels: 1, sizes: [1, values.length, values[0].length], values: values.flat() };
}

const image = rows([
  [-5, 3, 2, -5, 3],
  [4, 3, 2, 1, -3],
  [1, 0, 3, 3, 5],
  [-2, 0, 1, 4, 4],
  [5, 6, 7, 9, -1]
]);
const sharpen = rows([
  [0, -1, 0],
  [-1, 5, -1],
  [0, -1, 0]
]);

test('sizes follow the formula of PyTorch', () => {
  const size = (size: number, kernel: number, options: Partial<IOptions>) => outputSize(size, kernel, { ...plain, ...options });
  assert.equal(size(16, 3, {}), 14);
  assert.equal(size(24, 5, { padding: 2, stride: 2 }), 12);
  assert.equal(size(4, 3, { padding: 1, stride: 2 }), 2);
  assert.equal(size(7, 3, { dilation: 2 }), 3);
  assert.equal(size(2, 3, {}), 0);
  assert.equal(size(50, 2, { stride: 2, transposed: true }), 100);
  assert.equal(leftOver(4, 3, { ...plain, padding: 1, stride: 2 }), 1);
  assert.equal(formula(4, 3, { ...plain, padding: 1, stride: 2 }), '⌊(4 + 2 × 1 − 1 × (3 − 1) − 1) / 2⌋ + 1 = 2');
});

test('a sharpening kernel gives the sums worked out by hand', () => {
  const convolution = new Convolution(image, sharpen, 2, plain);
  assert.deepEqual(convolution.sizes, [1, 3, 3]);
  assert.deepEqual(convolution.outputs(), [6, 1, 8, -7, 9, 2, -5, -9, 3]);
  assert.equal(convolution.terms([0, 0, 0]).length, 9);
});

test('padding is zeros or the edge', () => {
  const corner = rows([
    [105, 102],
    [103, 99]
  ]);
  const ask = (replicate: boolean) =>
    new Convolution(corner, sharpen, 2, { ...plain, padding: 1, replicate }).output([0, 0, 0]);
  assert.equal(ask(false), 320);
  assert.equal(ask(true), 110);
});

test('a transposed convolution spreads each value, and undoes the size of a convolution', () => {
  const two = rows([[1, 2]]);
  const kernel = rows([[10, 20, 30]]);
  const spread = new Convolution(two, kernel, 1, { ...plain, stride: 2, transposed: true });
  assert.deepEqual(spread.outputs(), [10, 20, 50, 40, 60]);
  assert.deepEqual(
    spread.terms([0, 0, 2]).map(({ at, tap }) => [at[2], tap[2]]),
    [
      [1, 0],
      [0, 2]
    ]
  );
});

test('options apply to real dimensions only, and channels are added up', () => {
  const line = new Convolution(rows([[10, 50, 60, 10]]), rows([[1, 1, 1]]), 1, { ...plain, padding: 1 });
  assert.deepEqual(line.sizes, [1, 1, 4]);
  assert.deepEqual(line.outputs(), [60, 120, 120, 70]);
  const twice: IVolume = { channels: 2, sizes: [1, 1, 3], values: [1, 2, 3, 10, 20, 30] };
  const weights: IVolume = { channels: 2, sizes: [1, 1, 2], values: [1, 1, 1, -1] };
  assert.deepEqual(new Convolution(twice, weights, 2, plain).outputs(), [3 - 10, 5 - 10]);
  const cube: IVolume = { channels: 1, sizes: [2, 2, 2], values: [1, 2, 3, 4, 5, 6, 7, 8] };
  assert.deepEqual(new Convolution(cube, cube, 3, plain).outputs(), [204]);
});

test('the window nearest to a pointer has its middle there, and stays on the output', () => {
  const nearest = (at: Place, options: Partial<IOptions>) =>
    new Convolution(image, sharpen, 2, { ...plain, ...options }).nearest(at);
  assert.deepEqual(nearest([0, 2, 3], {}), [0, 1, 2]);
  assert.deepEqual(nearest([0, 0, 4], {}), [0, 0, 2]);
  assert.deepEqual(nearest([0, 0, 4], { padding: 1, stride: 2 }), [0, 0, 2]);
});
