import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digit, SIDE } from './digit';

const PAD = 100;

/** A filled rectangle somewhere on the pad. */
function drawn(left: number, top: number, width: number, height: number): Uint8Array {
  const levels = new Float32Array(PAD * PAD);
  for (let y = top; y < top + height; y++) {
    levels.fill(1, y * PAD + left, y * PAD + left + width);
  }
  return digit(levels, PAD);
}

test('wherever and however large it was drawn, a digit is the same', () => {
  const one = drawn(3, 5, 20, 40);
  assert.deepEqual(drawn(70, 50, 20, 40), one);
  assert.deepEqual(drawn(10, 10, 40, 80), one);
});

test('a digit is 20 pixels high, in the middle', () => {
  const bytes = drawn(10, 10, 30, 60);
  const rows = Array.from({ length: SIDE }, (_, row) => bytes.slice(row * SIDE, (row + 1) * SIDE).some(Boolean));
  assert.equal(rows.indexOf(true), 4);
  assert.equal(rows.lastIndexOf(true), 23);
  const columns = Array.from(bytes.slice(14 * SIDE, 15 * SIDE), (byte, column) => (byte ? column : -1)).filter(column => column >= 0);
  assert.deepEqual([columns[0], columns.at(-1)], [9, 18]);
});

test('an empty pad is no digit', () => {
  assert.ok(digit(new Float32Array(PAD * PAD), PAD).every(byte => byte === 0));
});
