// Predicted and true objects under a threshold of IoU: which count as found, and the score that this makes.

import { Component, html, IData, svg } from './component';
import { curve, move, Point, pointOnCurve } from './curve';
import { IMatching, Instances, PERCENTS } from './instances';
import { outlines } from './outlines';
import { Picture } from './picture';
import { IImage, IRuns, labelMap } from './pixels';

export interface IInstanceScoresData extends IData {
  component: 'instance-scores';
  image: IImage;
  predicted: IRuns;
  target: IRuns;
}

const SIDE = 320;

export const instanceScores: Component<IInstanceScoresData> = (data, node) => {
  new Scores(data, node);
};

class Scores {
  constructor(data: IInstanceScoresData, node: ShadowRoot) {
    const { image } = data;
    const [predicted, target] = [labelMap(data.predicted), labelMap(data.target)];
    this._instances = new Instances(predicted, target);
    this._predicted = outlines(predicted);
    this._target = outlines(target);
    this._picture = new Picture('outlines', image, image.png, SIDE);
    this._picture.drawn.append(this._missed, this._false, this._found);
    const scores = PERCENTS.map(percent => this._instances.score(percent));
    const points = PERCENTS.map((percent, index): Point => [across(percent), scores[index]]);
    const [first, last] = [PERCENTS[0], PERCENTS[PERCENTS.length - 1]];
    this._range = html('input', { type: 'range', min: first, max: last, step: 1, value: first, 'aria-label': 'IoU threshold', class: 'wide' });
    this._range.addEventListener('input', () => this._draw());
    node.append(
      html(
        'div',
        { role: 'group', 'aria-label': 'Objects found at a threshold of IoU' },
        html('div', { class: 'row' }, html('label', {}, html('span', {}, 'IoU threshold'), this._range, this._value)),
        html(
          'div',
          { class: 'row' },
          this._picture.node,
          html('div', {}, this._counts, html('p', {}, `Mean over 0.5, 0.55, … 0.95: ${this._instances.meanScore().toFixed(3)}`)),
          curve('Score at each threshold', 'IoU threshold, 0.5 to 0.95', 'TP / (TP + FP + FN)', points, this._point)
        )
      )
    );
    this._draw();
  }

  private _draw(): void {
    const percent = this._range.valueAsNumber;
    const threshold = (percent / 100).toFixed(2);
    const matching = this._instances.at(percent);
    const score = this._instances.score(percent);
    const draw = (path: SVGPathElement, labels: number[], of: Map<number, string>) =>
      path.setAttribute('d', labels.map(label => of.get(label)).join(''));
    draw(this._found, matching.truePositives, this._predicted);
    draw(this._false, matching.falsePositives, this._predicted);
    draw(this._missed, matching.falseNegatives, this._target);
    const rows = named(matching);
    const words = `${rows.map(([, name, count]) => `${name} ${count}`).join(', ')}, score ${score.toFixed(3)}`;
    this._value.textContent = threshold;
    this._range.setAttribute('aria-valuetext', `${threshold}: ${words}`);
    this._picture.describe(words);
    const row = (sign: Node | string, name: string, number: string) =>
      html('tr', {}, html('td', {}, sign), html('th', { scope: 'row' }, name), html('td', {}, number));
    this._counts.replaceChildren(
      ...rows.map(([kind, name, count]) => row(sample(kind), name, String(count))),
      row('', 'TP / (TP + FP + FN)', score.toFixed(3))
    );
    move(this._point, [across(percent), score]);
  }

  private _instances: Instances;
  private _predicted: Map<number, string>;
  private _target: Map<number, string>;
  private _picture: Picture;
  private _found = svg('path', { class: 'outline found' });
  private _false = svg('path', { class: 'outline false' });
  private _missed = svg('path', { class: 'outline missed' });
  private _range: HTMLInputElement;
  private _value = html('output', { class: 'where' });
  private _counts = html('table', { class: 'rates', 'aria-live': 'polite' });
  private _point = pointOnCurve();
}

/** How each kind is drawn, what it is called, and how many there are. */
function named({ truePositives, falsePositives, falseNegatives }: IMatching): [string, string, number][] {
  return [
    ['found', 'found (TP)', truePositives.length],
    ['false', 'false (FP)', falsePositives.length],
    ['missed', 'missed (FN)', falseNegatives.length]
  ];
}

/** Of the outlines of a kind, on something dark, as on an image. */
function sample(kind: string): SVGSVGElement {
  const line = svg('path', { class: `outline ${kind}`, d: 'M3 7h20' });
  return svg('svg', { width: 26, height: 14, class: 'sample', 'aria-hidden': 'true' }, line);
}

function across(percent: number): number {
  const [first, last] = [PERCENTS[0], PERCENTS[PERCENTS.length - 1]];
  return (percent - first) / (last - first);
}
