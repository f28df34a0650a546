import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Instances, overlaps, PERCENTS } from './instances';
import { ILabels } from './pixels';

const row = (...labels: number[]): ILabels => ({ height: 1, width: labels.length, labels: Uint32Array.from(labels) });

// Predicted 7 and true 1 share three of five pixels, 8 and 2 one of two; nothing belongs to 9 and to 3.
const PREDICTED = row(7, 7, 7, 7, 0, 8, 0, 9, 0);
const TARGET = row(0, 1, 1, 1, 1, 2, 2, 0, 3);

test('an IoU is what two objects share of what both have', () => {
  assert.deepEqual(overlaps(PREDICTED, TARGET), [
    { predicted: 7, target: 1, intersection: 3, union: 5 },
    { predicted: 8, target: 2, intersection: 1, union: 2 }
  ]);
});

test('pairs match above a threshold, and not at it', () => {
  const instances = new Instances(PREDICTED, TARGET);
  assert.deepEqual(instances.at(59), { truePositives: [7], falsePositives: [8, 9], falseNegatives: [2, 3] });
  assert.deepEqual(instances.at(60), { truePositives: [], falsePositives: [7, 8, 9], falseNegatives: [1, 2, 3] });
  assert.equal(instances.score(50), 1 / 5);
  // Two of ten thresholds, .5 and .55, are below .6.
  assert.ok(Math.abs(instances.meanScore() - 2 / 50) < 1e-12);
  assert.deepEqual([PERCENTS[0], PERCENTS.at(-1)], [50, 95]);
});

test('an empty image is right if nothing is found, and wrong otherwise', () => {
  const [empty, one] = [row(0, 0), row(0, 1)];
  assert.equal(new Instances(empty, empty).meanScore(), 1);
  assert.equal(new Instances(one, empty).meanScore(), 0);
  assert.equal(new Instances(empty, one).meanScore(), 0);
});
