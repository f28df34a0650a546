// A patch that slides over an image, and gives one pixel of the mask at each step.

import { Component, html, IData, svg } from './component';
import { choice, Stepper } from './controls';
import { CLEAR, Picture } from './picture';
import { bytes, IImage } from './pixels';
import { around, pace } from './places';

export interface ISlidingPatchData extends IData {
  component: 'sliding-patch';
  image: IImage;
  /** A byte for each pixel, in base64: the probability, from 0 to 255. */
  probabilities: string;
  patch: number;
  /** What it takes for all patches, one after the other, and for the whole image at once. */
  seconds?: { patches: number; dense: number };
}

/** CSS pixels of an image, and of the view of a patch. */
const SIDE = 256;
const VIEW = 96;

const SPEEDS: [string, number][] = [
  ['5 patches a second', 5],
  ['100 a second', 100],
  ['1000 a second', 1000]
];

export const slidingPatch: Component<ISlidingPatchData> = (data, node) => {
  new Sliding(data, node);
};

class Sliding {
  constructor(
    private _data: ISlidingPatchData,
    node: ShadowRoot
  ) {
    const { image, patch, seconds } = _data;
    this._probabilities = bytes(_data.probabilities);
    this._count = this._probabilities.length;
    this._filled = this._count;
    const speeds: [string, number][] = seconds ? [...SPEEDS, ['as fast as the network was', this._count / seconds.patches]] : SPEEDS;
    let [, speed] = speeds[1];
    this._stepper = new Stepper('Place of the patch', pixel => this._step(pixel), () => pace(speed));
    this._stepper.columns = image.width;
    const names = speeds.map(([name]) => name);
    this._image = new Picture('image', image, image.png, SIDE);
    this._window = svg('rect', { class: 'mark light', width: patch, height: patch });
    this._image.drawn.append(this._window);
    this._mask = new Picture('mask', image, undefined, SIDE);
    this._pixel = svg('rect', { class: 'mark light', width: 1, height: 1 });
    this._mask.drawn.append(this._pixel);
    for (const picture of [this._image, this._mask]) {
      picture.onPointer((row, column) => this._look(row * image.width + column));
    }
    // The image once more, moved so that only the patch is seen.
    this._seen.src = `data:image/png;base64,${image.png}`;
    this._seen.style.width = `${(VIEW * image.width) / patch}px`;
    const view = html('div', { class: 'view', style: `width: ${VIEW}px; height: ${VIEW}px` }, this._seen);
    node.append(
      html(
        'div',
        { role: 'group', 'aria-label': 'A patch that slides over the image' },
        html('div', { class: 'row' }, this._stepper.node, choice('Speed', names, 1, index => ([, speed] = speeds[index]))),
        html(
          'div',
          { class: 'row' },
          this._image.node,
          html('figure', {}, html('figcaption', {}, 'what the network sees'), view),
          html('span', { 'aria-hidden': 'true' }, '→'),
          this._mask.node
        ),
        this._told,
        html('div', { class: 'note' }, this._clock)
      )
    );
    this._draw();
  }

  /** One step: the mask is filled up to here. */
  private _step(pixel: number): void {
    this._at = pixel;
    this._filled = pixel + 1;
    this._draw();
  }

  /** A look at one place: what is filled stays. */
  private _look(pixel: number): void {
    if (pixel !== this._at || this._stepper.isPlaying) {
      this._stepper.pause();
      this._at = pixel;
      this._filled = Math.max(this._filled, pixel + 1);
      this._draw();
    }
  }

  private _draw(): void {
    const { image, patch, seconds } = this._data;
    const [row, column] = [Math.floor(this._at / image.width), this._at % image.width];
    const { top, left } = around(this._at, image, patch);
    place(this._window, left, top);
    place(this._pixel, column, row);
    const scale = VIEW / patch;
    this._seen.style.transform = `translate(${-left * scale}px, ${-top * scale}px)`;
    this._mask.paint(pixel => {
      const level = this._probabilities[pixel];
      return pixel < this._filled ? [level, level, level, 255] : CLEAR;
    });
    const probability = (this._probabilities[this._at] / 255).toFixed(2);
    const words = `row ${row + 1}, column ${column + 1}: probability ${probability}`;
    this._stepper.show(this._at, this._count, words);
    this._image.describe(`the patch of ${patch} × ${patch} pixels is around row ${row + 1}, column ${column + 1}`);
    this._mask.describe(`${this._filled} of ${this._count} pixels are filled`);
    this._told.setAttribute('aria-live', this._stepper.isPlaying ? 'off' : 'polite');
    this._told.textContent = `Patch ${this._at + 1} of ${this._count}, around ${words}.`;
    if (seconds) {
      const now = (seconds.patches * this._filled) / this._count;
      const dense = now < seconds.dense ? 'is being computed' : `was ready after ${written(seconds.dense)}`;
      const times = seconds.patches / seconds.dense;
      this._clock.textContent =
        `${written(now)} of ${written(seconds.patches)} for the patches, one after the other. The whole image at once ${dense}: ` +
        `${times.toFixed(times < 10 ? 1 : 0)} times as fast.`;
    }
  }

  private _at = 0;
  /** How many pixels of the mask are shown, from the first. */
  private _filled: number;
  private _count: number;
  private _probabilities: Uint8Array;
  private _stepper: Stepper;
  private _image: Picture;
  private _mask: Picture;
  private _window: SVGRectElement;
  private _pixel: SVGRectElement;
  private _seen = html('img', { alt: '', draggable: 'false' });
  private _told = html('div', { class: 'told' });
  private _clock = html('span', { class: 'clock' });
}

function place(rectangle: SVGRectElement, x: number, y: number): void {
  rectangle.setAttribute('x', String(x));
  rectangle.setAttribute('y', String(y));
}

function written(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}
