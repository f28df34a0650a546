// A patch to cover an image with: how sure the network still is, and a map of what each place of the patch costs.

import { Component, html, IData, svg } from './component';
import { IPace, Stepper } from './controls';
import { Grid, WIDEST } from './grid';
import { largest } from './numbers';
import { Picture } from './picture';
import { IImage } from './pixels';
import { IPlaces, nearestPlace } from './places';

export interface IOcclusionData extends IData, IPlaces {
  component: 'occlusion';
  image: IImage;
  /** What the probability is of. */
  class: string;
  /** With nothing covered, and with the patch at each place, row by row. */
  uncovered: number;
  covered: number[];
  /** The grey of the patch, from 0 to 1. */
  fill: number;
  /** Where the patch is at first. */
  place: number;
}

const PACE: IPace = { milliseconds: 350, steps: 1 };

export const occlusionByHand: Component<IOcclusionData> = (data, node) => {
  new Covered(data, node);
};

class Covered {
  constructor(
    private _data: IOcclusionData,
    node: ShadowRoot
  ) {
    const { image, rows, columns, patch, stride, covered, uncovered, fill, place } = _data;
    this._place = place;
    this._stepper = new Stepper('Place of the patch', place => this._look(place, false), () => PACE);
    this._stepper.columns = columns;
    this._picture = new Picture('image', image, image.png, WIDEST);
    this._picture.onPointer((row, column) => this._look(nearestPlace(_data, row, column), true));
    const grey = Math.round(255 * fill);
    this._patch = svg('rect', { class: 'patch', width: patch, height: patch, fill: `rgb(${grey}, ${grey}, ${grey})` });
    this._picture.drawn.append(this._patch);
    this._map = new Grid('how far it falls', rows, columns, WIDEST);
    this._map.onPointer(({ row, column }) => this._look(row * columns + column, true));
    this._drops = covered.map(probability => uncovered - probability);
    node.append(
      html(
        'div',
        { role: 'group', 'aria-label': 'A patch to cover the image with' },
        this._stepper.node,
        html(
          'div',
          { class: 'row' },
          this._picture.node,
          html('div', { class: 'map' }, this._map.node),
          html('div', {}, html('div', {}, `Probability of ${_data.class}`), this._bars)
        ),
        this._told,
        html(
          'div',
          { class: 'note' },
          `The patch has ${patch} × ${patch} pixels, and moves by ${stride}. Blue: the network is less sure without this part of ` +
            'the image. Orange: it is surer without it.'
        )
      )
    );
    this._draw();
  }

  private _look(place: number, stops: boolean): void {
    if (stops) {
      this._stepper.pause();
    }
    if (place !== this._place) {
      this._place = place;
      this._draw();
    }
  }

  private _draw(): void {
    const { rows, columns, stride, covered, uncovered } = this._data;
    const place = this._place;
    const [row, column] = [Math.floor(place / columns), place % columns];
    const [probability, drop] = [covered[place], this._drops[place]];
    this._patch.setAttribute('x', String(column * stride));
    this._patch.setAttribute('y', String(row * stride));
    this._map.draw(
      this._drops.map((number, index) => ({ number, isMarked: index === place })),
      largest(this._drops)
    );
    const change = drop < 0 ? `it rises by ${(-drop).toFixed(3)}` : `it falls by ${drop.toFixed(3)}`;
    const words = `row ${row + 1}, column ${column + 1} of the places: ${probability.toFixed(3)}, ${change}`;
    this._picture.describe(`the patch covers pixels from row ${row * stride + 1}, column ${column * stride + 1}`);
    this._stepper.show(place, rows * columns, words);
    this._told.setAttribute('aria-live', this._stepper.isPlaying ? 'off' : 'polite');
    this._told.textContent = `With the patch at ${words}.`;
    const bar = (name: string, share: number) =>
      html(
        'tr',
        {},
        html('th', { scope: 'row' }, name),
        html('td', { class: 'bar' }, html('div', { style: `width: ${(100 * share).toFixed(1)}%` })),
        html('td', {}, share.toFixed(3))
      );
    this._bars.replaceChildren(bar('nothing covered', uncovered), bar('with the patch', probability));
  }

  private _place: number;
  private _drops: number[];
  private _stepper: Stepper;
  private _picture: Picture;
  private _map: Grid;
  private _patch: SVGRectElement;
  private _bars = html('table', { class: 'bars' });
  private _told = html('div', { class: 'told' });
}
