import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colour, factor, largest, written } from './numbers';

test('numbers are short, and what is not zero never looks like zero', () => {
  assert.deepEqual([0, -0, 2.5, -1 / 3, -0.004, 123456, NaN, -Infinity].map(written), [
    '0',
    '0',
    '2.5',
    '−0.33',
    '−0.004',
    '1.2e+5',
    'NaN',
    '−∞'
  ]);
  assert.deepEqual([factor(-2), factor(2)], ['(−2)', '2']);
});

test('the colour tells the sign, and the strength how large it is', () => {
  assert.equal(colour(2, 2), 'rgba(0, 114, 178, 0.550)');
  assert.equal(colour(-1, 2), 'rgba(213, 94, 0, 0.275)');
  assert.equal(colour(0, 2), 'rgba(0, 114, 178, 0.000)');
  assert.equal(colour(NaN, 2), 'transparent');
  assert.equal(largest([1, -3, NaN, Infinity]), 3);
});
