import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counts, countsAtAll, ICase, rates, thresholds } from './rates';

const rounded = (number: number) => Math.round(number * 1000) / 1000;

test('rates of a confusion matrix are those of a textbook', () => {
  const found = rates({ truePositives: 380, falseNegatives: 10, falsePositives: 70, trueNegatives: 164 });
  assert.deepEqual(
    found.map(([name, rate]) => [name, rounded(rate)]),
    [
      ['Sensitivity', 0.974],
      ['Specificity', 0.701],
      ['PPV', 0.844],
      ['NPV', 0.943],
      ['F1', 0.905],
      ['Accuracy', 0.872]
    ]
  );
  const none = rates({ truePositives: 0, falseNegatives: 3, falsePositives: 0, trueNegatives: 4 });
  assert.ok(Number.isNaN(none[2][1]), 'nobody is called positive');
});

test('one pass finds what each threshold alone does, ties included', () => {
  const cases: ICase[] = [0.9, 0.8, 0.8, 0.6, 0.55, 0.8, 0.4].map((score, index) => ({ score, isPositive: index % 2 === 0 }));
  const all = countsAtAll(cases);
  assert.deepEqual(thresholds(cases), [Infinity, 0.9, 0.8, 0.6, 0.55, 0.4]);
  assert.deepEqual(
    all,
    thresholds(cases).map(threshold => counts(cases, threshold))
  );
});
