// A label map over its image: a colour for each object, and what there is to know of the one that you point at.

import { Component, html, IData, svg } from './component';
import { Stepper } from './controls';
import { areas } from './instances';
import { labelColours, PALETTE } from './label_colours';
import { outlines } from './outlines';
import { CLEAR, Picture } from './picture';
import { IImage, ILabels, IRuns, labelMap, objects } from './pixels';

export interface ILabelExplorerData extends IData {
  component: 'label-explorer';
  image: IImage;
  labels: IRuns;
}

const SIDE = 460;
const FIRST_OPACITY = 50;

export const labelExplorer: Component<ILabelExplorerData> = (data, node) => {
  new Explorer(data, node);
};

class Explorer {
  constructor({ image, labels }: ILabelExplorerData, node: ShadowRoot) {
    this._map = labelMap(labels);
    this._objects = objects(this._map);
    this._areas = areas(this._map);
    this._outlines = outlines(this._map);
    const colours = labelColours(this._map);
    this._picture = new Picture('objects', image, image.png, SIDE);
    this._picture.drawn.append(this._outline);
    this._picture.paint(pixel => {
      const colour = colours.get(this._map.labels[pixel]);
      if (colour === undefined) {
        return CLEAR;
      }
      const [red, green, blue] = PALETTE[colour];
      return [red, green, blue, 255];
    });
    this._picture.onPointer((row, column) => {
      const place = this._objects.indexOf(this._map.labels[row * image.width + column]);
      if (place >= 0 && place !== this._place) {
        this._stepper.pause();
        this._look(place);
      }
    });
    this._stepper = new Stepper('Object', place => this._look(place));
    const opacity = html('input', { type: 'range', min: 0, max: 100, step: 5, value: FIRST_OPACITY });
    const fade = () => {
      this._picture.opacity = opacity.valueAsNumber / 100;
      opacity.setAttribute('aria-valuetext', `${opacity.value} percent`);
    };
    opacity.addEventListener('input', fade);
    fade();
    node.append(
      html(
        'div',
        { role: 'group', 'aria-label': 'Objects of a label map' },
        html('div', { class: 'row' }, this._stepper.node, html('label', {}, html('span', {}, 'Opacity'), opacity)),
        this._told,
        this._picture.node
      )
    );
    this._look(0);
  }

  private _look(place: number): void {
    this._place = place;
    const count = this._objects.length;
    this._told.setAttribute('aria-live', this._stepper.isPlaying ? 'off' : 'polite');
    if (count === 0) {
      this._stepper.show(0, 0, 'There is no object');
      this._told.textContent = 'There is no object in this label map.';
      return;
    }
    const label = this._objects[place];
    const area = this._areas.get(label)!;
    const words = `Object number ${label}: ${area} ${area === 1 ? 'pixel' : 'pixels'}`;
    this._stepper.show(place, count, words);
    this._outline.setAttribute('d', this._outlines.get(label)!);
    this._picture.describe(`${count} of them. ${words}`);
    this._told.textContent = `${words}. ${extent(this._map, label)}`;
  }

  private _map: ILabels;
  private _objects: number[];
  private _areas: Map<number, number>;
  private _outlines: Map<number, string>;
  private _place = -1;
  private _picture: Picture;
  private _stepper: Stepper;
  private _outline = svg('path', { class: 'outline chosen' });
  private _told = html('div', { class: 'told' });
}

/** Where an object lies. */
function extent({ width, labels }: ILabels, label: number): string {
  let [top, bottom, left, right] = [Infinity, 0, Infinity, 0];
  labels.forEach((other, pixel) => {
    if (other === label) {
      const [row, column] = [Math.floor(pixel / width), pixel % width];
      [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
      [left, right] = [Math.min(left, column), Math.max(right, column)];
    }
  });
  return `Rows ${top + 1} to ${bottom + 1}, columns ${left + 1} to ${right + 1}.`;
}
