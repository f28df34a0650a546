// An image with what is painted and drawn over it, to point at.

import { html, svg } from './component';
import { ISize } from './pixels';

/** CSS pixels of a picture's longer side. */
const LONGER_SIDE = 300;

/** Red, green, blue, and how opaque, each from 0 to 255. */
export type Paint = readonly [number, number, number, number];

export const CLEAR: Paint = [0, 0, 0, 0];

export class Picture {
  /** With a title above an image that is a PNG file, if there is one. */
  constructor(
    private _title: string,
    private _size: ISize,
    png?: string,
    longerSide = LONGER_SIDE
  ) {
    const { height, width } = _size;
    Object.assign(this._canvas, { height, width });
    this.drawn.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const shown = Math.round((longerSide * width) / Math.max(height, width));
    this._layers = html('div', { class: 'picture', role: 'img', style: `width: ${shown}px; aspect-ratio: ${width} / ${height}` });
    if (png) {
      this._layers.append(html('img', { src: `data:image/png;base64,${png}`, alt: '', draggable: 'false' }));
    }
    this._layers.append(this._canvas, this.drawn);
    this.describe('');
    this.node = html('figure', {}, html('figcaption', {}, _title), this._layers);
  }

  readonly node: HTMLElement;

  /** Above all else, in units of pixels, from the upper left corner: column 3 goes from x = 3 to 4. */
  readonly drawn = svg('svg', { preserveAspectRatio: 'none', 'aria-hidden': 'true' });

  /** Over the image, a colour for each pixel by its number, row by row. */
  paint(paintOf: (pixel: number) => Paint): void {
    const { height, width } = this._size;
    const pixels = new ImageData(width, height);
    for (let pixel = 0; pixel < height * width; pixel++) {
      pixels.data.set(paintOf(pixel), 4 * pixel);
    }
    this._canvas.getContext('2d')!.putImageData(pixels, 0, 0);
  }

  /** How much of the painted colours is seen, from 0 to 1. */
  set opacity(share: number) {
    this._canvas.style.opacity = String(share);
  }

  /** What the picture shows, for those who cannot see it. */
  describe(words: string): void {
    this._layers.setAttribute('aria-label', words ? `${this._title}: ${words}` : this._title);
  }

  /** Calls when a pointer comes to a pixel. */
  onPointer(tell: (row: number, column: number) => void): void {
    const { height, width } = this._size;
    const look = ({ clientX, clientY }: PointerEvent) => {
      const box = this._layers.getBoundingClientRect();
      const inside = (share: number, size: number) => Math.max(0, Math.min(size - 1, Math.floor(share * size)));
      tell(inside((clientY - box.top) / box.height, height), inside((clientX - box.left) / box.width, width));
    };
    this._layers.addEventListener('pointermove', look);
    this._layers.addEventListener('pointerdown', look);
    this._layers.classList.add('pointed');
  }

  private _layers: HTMLElement;
  private _canvas = html('canvas');
}
