// A threshold to drag: the confusion matrix, the rates, and the points on both curves move together.

import { Component, html, IData, svg } from './component';
import { curve, move, plotSize, Point, pointOnCurve, SIDE } from './curve';
import { counts, countsAtAll, ICase, ICounts, rates } from './rates';

export interface IThresholdData extends IData {
  component: 'threshold';
  /** What a high score and a low score speak for. */
  positive: string;
  negative: string;
  /** One for each case. */
  scores: number[];
  /** 1 for a positive case. */
  truths: number[];
  threshold: number;
}

const BINS = 24;
const STEPS = 200;

export const thresholdToDrag: Component<IThresholdData> = (data, node) => {
  new Dragged(data, node);
};

class Dragged {
  constructor(
    private _data: IThresholdData,
    node: ShadowRoot
  ) {
    const { scores, truths, threshold } = _data;
    this._cases = scores.map((score, index) => ({ score, isPositive: truths[index] === 1 }));
    const [low, high] = [Math.min(0, ...scores), Math.max(1, ...scores)];
    this._range = html('input', {
      type: 'range',
      min: low,
      max: high,
      step: (high - low) / STEPS,
      value: threshold,
      'aria-label': 'Threshold',
      class: 'wide'
    });
    this._range.addEventListener('input', () => this._draw());
    const all = countsAtAll(this._cases);
    node.append(
      html(
        'div',
        { role: 'group', 'aria-label': 'A threshold to drag' },
        html('div', { class: 'row' }, html('label', {}, html('span', {}, 'Threshold'), this._range, this._value)),
        html(
          'div',
          { class: 'row' },
          this._histogram(low, high),
          this._matrix,
          this._rates,
          curve('ROC curve', '1 − specificity', 'sensitivity', all.map(roc), this._onRoc),
          curve('Precision-recall curve', 'recall', 'precision', all.slice(1).map(precisionRecall), this._onPrecisionRecall)
        )
      )
    );
    this._draw();
  }

  /** How many cases of each kind have which score, and where the threshold is. */
  private _histogram(low: number, high: number): HTMLElement {
    const { positive, negative } = this._data;
    const bins = [true, false].map(isPositive => {
      const found = new Array<number>(BINS).fill(0);
      for (const one of this._cases.filter(one => one.isPositive === isPositive)) {
        found[Math.min(BINS - 1, Math.floor(((one.score - low) / (high - low)) * BINS))] += 1;
      }
      return found;
    });
    const highest = Math.max(1, ...bins.flat());
    const bars = bins.flatMap((found, kind) =>
      found.map((count, bin) => {
        const height = (count / highest) * (SIDE / 2 - 4);
        const y = kind === 0 ? SIDE / 2 - height : SIDE / 2;
        const [x, width] = [(bin * SIDE) / BINS, SIDE / BINS - 1];
        return svg('rect', { x, y, width, height, class: kind === 0 ? 'positive' : 'negative' });
      })
    );
    this._position = score => ((score - low) / (high - low)) * SIDE;
    const words = `Scores: ${positive} above, ${negative} below the line`;
    const middle = svg('line', { x1: 0, y1: SIDE / 2, x2: SIDE, y2: SIDE / 2, class: 'axis' });
    const picture = svg('svg', { ...plotSize(), role: 'img', 'aria-label': words }, ...bars, middle, this._line);
    return html(
      'figure',
      {},
      html('figcaption', {}, html('span', { class: 'positive' }, `▲ ${positive}`), ' ', html('span', { class: 'negative' }, `▼ ${negative}`)),
      picture
    );
  }

  private _draw(): void {
    const { positive, negative } = this._data;
    const threshold = this._range.valueAsNumber;
    const found = counts(this._cases, threshold);
    const named = rates(found).map(([name, rate]) => [name, Number.isNaN(rate) ? '–' : rate.toFixed(3)]);
    this._value.textContent = threshold.toFixed(3);
    this._range.setAttribute('aria-valuetext', `${threshold.toFixed(3)}: ${named.map(pair => pair.join(' ')).join(', ')}`);
    const row = (name: string, ...cells: number[]) =>
      html('tr', {}, html('th', { scope: 'row' }, name), ...cells.map(cell => html('td', {}, String(cell))));
    const head = (name: string) => html('th', { scope: 'col' }, name);
    this._matrix.replaceChildren(
      html('caption', {}, 'Truth in rows, call in columns'),
      html('tr', {}, html('td'), head(positive), head(negative)),
      row(positive, found.truePositives, found.falseNegatives),
      row(negative, found.falsePositives, found.trueNegatives)
    );
    this._rates.replaceChildren(
      ...named.map(([name, rate]) => html('tr', {}, html('th', { scope: 'row' }, name), html('td', {}, rate)))
    );
    const x = this._position(threshold);
    for (const end of ['x1', 'x2']) {
      this._line.setAttribute(end, x.toFixed(1));
    }
    move(this._onRoc, roc(found));
    move(this._onPrecisionRecall, precisionRecall(found));
  }

  private _cases: ICase[];
  private _range: HTMLInputElement;
  private _value = html('output', { class: 'where' });
  private _matrix = html('table', { class: 'matrix' });
  private _rates = html('table', { class: 'rates', 'aria-live': 'polite' });
  private _line = svg('line', { y1: 0, y2: SIDE, class: 'mark' });
  private _onRoc = pointOnCurve();
  private _onPrecisionRecall = pointOnCurve();
  private _position: (score: number) => number = () => 0;
}

/** From the left and from below, each from 0 to 1. */
function roc({ truePositives, falsePositives, falseNegatives, trueNegatives }: ICounts): Point {
  return [falsePositives / (falsePositives + trueNegatives), truePositives / (truePositives + falseNegatives)];
}

/** Where nobody is called positive, precision counts as 1, as in scikit-learn. */
function precisionRecall({ truePositives, falsePositives, falseNegatives }: ICounts): Point {
  const called = truePositives + falsePositives;
  return [truePositives / (truePositives + falseNegatives), called ? truePositives / called : 1];
}
