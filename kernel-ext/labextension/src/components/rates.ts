// What a threshold makes of scores: counts, rates, and the curves that all thresholds give together. Nothing is drawn here.

/** How many cases are ill or not, and called ill or not. */
export interface ICounts {
  truePositives: number;
  falsePositives: number;
  falseNegatives: number;
  trueNegatives: number;
}

/** A score and the truth: whether the case is positive. */
export interface ICase {
  score: number;
  isPositive: boolean;
}

/** A case is called positive if its score is at least the threshold. */
export function counts(cases: ICase[], threshold: number): ICounts {
  const count = (isPositive: boolean, isCalled: boolean) =>
    cases.filter(one => one.isPositive === isPositive && one.score >= threshold === isCalled).length;
  return {
    truePositives: count(true, true),
    falsePositives: count(false, true),
    falseNegatives: count(true, false),
    trueNegatives: count(false, false)
  };
}

/** The rates by name. One is not a number if nothing can be divided: nobody is called positive, say. */
export function rates({ truePositives, falsePositives, falseNegatives, trueNegatives }: ICounts): [string, number][] {
  const all = truePositives + falsePositives + falseNegatives + trueNegatives;
  return [
    ['Sensitivity', truePositives / (truePositives + falseNegatives)],
    ['Specificity', trueNegatives / (trueNegatives + falsePositives)],
    ['PPV', truePositives / (truePositives + falsePositives)],
    ['NPV', trueNegatives / (trueNegatives + falseNegatives)],
    ['F1', (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives)],
    ['Accuracy', (truePositives + trueNegatives) / all]
  ];
}

/** The thresholds at which something changes: all scores, from the largest, after one above them all. */
export function thresholds(cases: ICase[]): number[] {
  const scores = [...new Set(cases.map(({ score }) => score))].sort((one, other) => other - one);
  return [Infinity, ...scores];
}

/** Counts at all of `thresholds`, in one pass. */
export function countsAtAll(cases: ICase[]): ICounts[] {
  const sorted = [...cases].sort((one, other) => other.score - one.score);
  const now = counts(cases, Infinity);
  const found = [{ ...now }];
  sorted.forEach(({ score, isPositive }, index) => {
    if (isPositive) {
      now.truePositives += 1;
      now.falseNegatives -= 1;
    } else {
      now.falsePositives += 1;
      now.trueNegatives -= 1;
    }
    // Equal scores are called positive together.
    if (sorted[index + 1]?.score !== score) {
      found.push({ ...now });
    }
  });
  return found;
}
