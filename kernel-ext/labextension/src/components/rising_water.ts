// Water that rises from markers in a landscape, and the objects that it separates.

import { Component, html, IData, svg } from './component';
import { slider, Stepper } from './controls';
import { labelColours, PALETTE } from './label_colours';
import { borders } from './outlines';
import { CLEAR, Paint, Picture } from './picture';
import { bytes, floats, ILabels, IRuns, ISize, labelMap, objects } from './pixels';
import { ILandscape, summits } from './summits';
import { flood, IFlood } from './watershed';

export interface IRisingWaterData extends IData, ISize {
  component: 'rising-water';
  /** To the nearest background, four bytes for each pixel in base64. */
  distance: string;
  /** A byte for each pixel in base64: 1 in an object. */
  mask: string;
  minimumDistance: number;
  /** The true objects, if they are known. */
  truth?: IRuns;
}

const STEPS = 60;
const LARGEST_MINIMUM = 30;
const PACE = { milliseconds: 60, steps: 1 };
/** CSS pixels of the cut through the landscape. */
const CUT_WIDTH = 300;
const CUT_HEIGHT = 110;
const EARTH = '#8c8c8c';

export const risingWater: Component<IRisingWaterData> = (data, node) => {
  new Water(data, node);
};

class Water {
  constructor(
    private _data: IRisingWaterData,
    node: ShadowRoot
  ) {
    const { height, width, minimumDistance, truth } = _data;
    this._landscape = { height, width, distance: floats(_data.distance), mask: bytes(_data.mask) };
    this._deepest = this._landscape.distance.reduce((most, distance) => Math.max(most, distance), 0);
    this._stepper = new Stepper('Water level', step => this._rise(step), () => PACE);
    this._map = new Picture('water', _data);
    this._map.drawn.append(this._dams, this._springs, this._cutLine);
    this._map.onPointer(row => {
      this._row = row;
      this._draw();
    });
    const range = { from: 1, to: Math.max(LARGEST_MINIMUM, minimumDistance), value: minimumDistance };
    const pictures = [this._map.node];
    if (truth) {
      const map = labelMap(truth);
      const colours = labelColours(map);
      const picture = new Picture('truth', truth);
      picture.paint(pixel => paintOf(colours, map.labels[pixel]));
      picture.describe(counted(objects(map).length));
      this._truth = `; in truth ${counted(objects(map).length)}`;
      pictures.push(picture.node);
    }
    pictures.push(html('figure', {}, this._cutTitle, this._cut));
    node.append(
      html(
        'div',
        { role: 'group', 'aria-label': 'Rising water' },
        html('div', { class: 'row' }, html('span', {}, 'Water level'), this._stepper.node),
        html('div', { class: 'row' }, slider('Minimum distance of markers', range, apart => this._spring(apart))),
        this._told,
        html('div', { class: 'row' }, ...pictures),
        html(
          'div',
          { class: 'note' },
          'The landscape is deepest where the background is furthest away. Water rises from the markers (dots), and a dam stands ' +
            'where two waters meet. Point at a row to see it from the side.'
        )
      )
    );
    this._row = this._rowOfDeepest();
    this._spring(minimumDistance);
  }

  /** Chooses the markers anew, and floods the landscape from them. */
  private _spring(apart: number): void {
    const { height, width } = this._data;
    const markers = summits(this._landscape, apart);
    this._flood = flood(this._landscape, markers);
    this._colours = labelColours({ height, width, labels: this._flood.labels });
    this._count = objects({ height, width, labels: markers }).length;
    this._springs.replaceChildren(...middles({ height, width, labels: markers }).map(([x, y]) => spring(x, y, this._data)));
    this._draw();
  }

  private _rise(step: number): void {
    this._step = step;
    this._draw();
  }

  /** From the deepest place up to the background. */
  private get _level(): number {
    return -this._deepest * (1 - this._step / STEPS);
  }

  private _draw(): void {
    const { height, width } = this._data;
    const { distance, mask } = this._landscape;
    const { labels, level } = this._flood;
    const wet = labels.map((label, pixel) => (level[pixel] <= this._level ? label : 0));
    this._map.paint(pixel => {
      if (mask[pixel] !== 1) {
        return CLEAR;
      }
      const grey = 235 - (150 * distance[pixel]) / this._deepest;
      return wet[pixel] === 0 ? [grey, grey, grey, 255] : paintOf(this._colours, wet[pixel]);
    });
    this._dams.setAttribute('d', borders({ height, width, labels: wet }));
    this._cutLine.setAttribute('d', `M0 ${this._row + 0.5}h${width}`);
    const basins = objects({ height, width, labels: wet }).length;
    const depth = -this._level;
    const words = `${counted(basins)} under water, at ${depth.toFixed(1)} pixels from the background`;
    this._stepper.show(this._step, STEPS + 1, words);
    this._map.describe(words);
    this._told.setAttribute('aria-live', this._stepper.isPlaying ? 'off' : 'polite');
    this._told.textContent = `${counted(this._count)}${this._truth}. The water stands ${depth.toFixed(1)} below the background.`;
    this._drawCut(wet);
  }

  /** One row, seen from the side: earth, and water above it. */
  private _drawCut(wet: Uint32Array): void {
    const { width } = this._data;
    const { distance } = this._landscape;
    const context = this._cut.getContext('2d')!;
    const scale = (CUT_HEIGHT - 8) / Math.max(this._deepest, 1);
    const y = (elevation: number) => 4 - elevation * scale;
    context.clearRect(0, 0, CUT_WIDTH, CUT_HEIGHT);
    for (let column = 0; column < width; column++) {
      const pixel = this._row * width + column;
      const [from, to] = [column, column + 1].map(edge => Math.round((edge * CUT_WIDTH) / width));
      const ground = y(-distance[pixel]);
      if (wet[pixel] !== 0) {
        context.fillStyle = `rgb(${PALETTE[this._colours.get(wet[pixel])!].join(', ')})`;
        context.fillRect(from, y(this._level), to - from, ground - y(this._level));
      }
      context.fillStyle = EARTH;
      context.fillRect(from, ground, to - from, CUT_HEIGHT - ground);
    }
    this._cutTitle.textContent = `row ${this._row + 1} from the side`;
  }

  private _rowOfDeepest(): number {
    return Math.floor(Math.max(0, this._landscape.distance.indexOf(this._deepest)) / this._data.width);
  }

  private _landscape: ILandscape;
  private _deepest: number;
  private _flood!: IFlood;
  private _colours = new Map<number, number>();
  private _count = 0;
  /** All is flooded at first. */
  private _step = STEPS;
  private _row: number;
  private _truth = '';
  private _stepper: Stepper;
  private _map: Picture;
  private _dams = svg('path', { class: 'dam' });
  private _springs = svg('g');
  private _cutLine = svg('path', { class: 'cut' });
  private _cutTitle = html('figcaption');
  private _cut = html('canvas', { class: 'side', width: CUT_WIDTH, height: CUT_HEIGHT, 'aria-hidden': 'true' });
  private _told = html('div', { class: 'told' });
}

/** Where to draw each marker, which may have several pixels. */
function middles(map: ILabels): [number, number][] {
  return objects(map).map(label => {
    const pixels = Array.from(map.labels.keys()).filter(pixel => map.labels[pixel] === label);
    const mean = (of: (pixel: number) => number) => pixels.reduce((sum, pixel) => sum + of(pixel) + 0.5, 0) / pixels.length;
    return [mean(pixel => pixel % map.width), mean(pixel => Math.floor(pixel / map.width))];
  });
}

function spring(cx: number, cy: number, { height, width }: ISize): SVGCircleElement {
  return svg('circle', { cx, cy, r: Math.max(height, width) / 90, class: 'spring' });
}

function paintOf(colours: Map<number, number>, label: number): Paint {
  const colour = colours.get(label);
  if (colour === undefined) {
    return CLEAR;
  }
  const [red, green, blue] = PALETTE[colour];
  return [red, green, blue, 255];
}

function counted(objects: number): string {
  return objects === 1 ? '1 object' : `${objects} objects`;
}
