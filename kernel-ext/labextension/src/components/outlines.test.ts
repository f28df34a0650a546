import assert from 'node:assert/strict';
import { test } from 'node:test';
import { borders, outlines } from './outlines';

// 1 1 0
// 1 2 0
const MAP = { height: 2, width: 3, labels: Uint32Array.of(1, 1, 0, 1, 2, 0) };

test('an outline has an edge wherever the neighbour is another, also at the edge of the image', () => {
  const paths = outlines(MAP);
  const edges = (label: number) => paths.get(label)!.split('M').slice(1).sort();
  assert.deepEqual([...paths.keys()], [1, 2]);
  assert.deepEqual(edges(2), ['1 1h1', '1 1v1', '1 2h1', '2 1v1']);
  // The three pixels of object 1 have a perimeter of 8.
  assert.equal(edges(1).length, 8);
});

test('borders lie between objects only', () => {
  assert.equal(borders(MAP), 'M1 1h1M1 1v1');
});
