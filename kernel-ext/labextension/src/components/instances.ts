// Predicted and true objects: which belong together, and what that makes of a threshold. Nothing is drawn here.

import { ILabels, objects } from './pixels';

/** A predicted and a true object that have pixels in common. */
export interface IPair {
  predicted: number;
  target: number;
  /** How many pixels both have, and how many at least one of them has. */
  intersection: number;
  union: number;
}

/** What a threshold makes of the pairs: the numbers of the objects. */
export interface IMatching {
  /** Predicted objects that match a true one, and those that match none. */
  truePositives: number[];
  falsePositives: number[];
  /** True objects that nothing matches. */
  falseNegatives: number[];
}

/** Thresholds in percent: whole numbers, because sums of 0.05 would miss an IoU of exactly 0.6 by a rounding error. */
export const PERCENTS = Array.from({ length: 46 }, (_, step) => 50 + step);

/** All pairs that overlap. */
export function overlaps(predicted: ILabels, target: ILabels): IPair[] {
  const [ofPredicted, ofTarget] = [areas(predicted), areas(target)];
  const common = new Map<number, Map<number, number>>();
  predicted.labels.forEach((label, pixel) => {
    const other = target.labels[pixel];
    if (label !== 0 && other !== 0) {
      const row = common.get(label) ?? new Map<number, number>();
      common.set(label, row.set(other, (row.get(other) ?? 0) + 1));
    }
  });
  return [...common].flatMap(([label, row]) =>
    [...row].map(([other, intersection]) => {
      const union = ofPredicted.get(label)! + ofTarget.get(other)! - intersection;
      return { predicted: label, target: other, intersection, union };
    })
  );
}

/** Pixels of each object. */
export function areas({ labels }: ILabels): Map<number, number> {
  const found = new Map<number, number>();
  labels.forEach(label => label !== 0 && found.set(label, (found.get(label) ?? 0) + 1));
  return found;
}

/** Objects and the pairs of them: all that thresholds are applied to. */
export class Instances {
  constructor(predicted: ILabels, target: ILabels) {
    this._predicted = objects(predicted);
    this._target = objects(target);
    this._pairs = overlaps(predicted, target);
  }

  /** Pairs match whose IoU is **above** the threshold, as in the challenge of 2018. From 50 percent on, no object matches two. */
  at(percent: number): IMatching {
    const matches = this._pairs.filter(({ intersection, union }) => 100 * intersection > percent * union);
    const [found, hit] = [new Set(matches.map(pair => pair.predicted)), new Set(matches.map(pair => pair.target))];
    return {
      truePositives: this._predicted.filter(label => found.has(label)),
      falsePositives: this._predicted.filter(label => !found.has(label)),
      falseNegatives: this._target.filter(label => !hit.has(label))
    };
  }

  /** TP / (TP + FP + FN); 1 if there is nothing to find, and nothing was found. */
  score(percent: number): number {
    const { truePositives, falsePositives, falseNegatives } = this.at(percent);
    const all = truePositives.length + falsePositives.length + falseNegatives.length;
    return all ? truePositives.length / all : 1;
  }

  /** The challenge's score: the mean over thresholds of 50, 55, and so on to 95 percent. */
  meanScore(): number {
    const scores = PERCENTS.filter(percent => percent % 5 === 0).map(percent => this.score(percent));
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }

  private _predicted: number[];
  private _target: number[];
  private _pairs: IPair[];
}
