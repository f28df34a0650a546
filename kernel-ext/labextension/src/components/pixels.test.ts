import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, floats, labelMap, objects } from './pixels';

test('a label map comes back from its runs, which may go on in the next row', () => {
  const map = labelMap({ height: 2, width: 3, runs: [0, 2, 70000, 2, 5, 1, 0, 1] });
  assert.deepEqual([...map.labels], [0, 0, 70000, 70000, 5, 0]);
  assert.deepEqual(objects(map), [5, 70000]);
  assert.deepEqual(objects(labelMap({ height: 1, width: 2, runs: [0, 2] })), []);
});

test('bytes and numbers come back from base64', () => {
  assert.deepEqual([...bytes('AID/')], [0, 128, 255]);
  // 1.5 and -2, as Rust's `to_le_bytes` writes them.
  assert.deepEqual([...floats('AADAPwAAAMA=')], [1.5, -2]);
});
