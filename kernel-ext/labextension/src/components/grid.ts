// Numbers in rows and columns, coloured by their size.

import { html, svg } from './component';
import { colour, written } from './numbers';

export interface ICell {
  row: number;
  column: number;
}

/** How a cell looks: its number (none yet: undefined), and whether it is only padding, or marked. */
export interface ILook {
  number?: number;
  isPadding?: boolean;
  isMarked?: boolean;
}

/** Pixels of a grid, and of one among many: there the colours show more than numbers could. */
export const WIDEST = 288;
export const WIDEST_OF_MANY = 130;
const LARGEST_SIDE = 36;
const READABLE_SIDE = 22;

export class Grid {
  /** With a title above the cells, and no side longer than `widest` if its cells can still be seen then. */
  constructor(title: string, rows: number, columns: number, widest: number) {
    const side = Math.max(8, Math.min(LARGEST_SIDE, Math.floor(widest / Math.max(rows, columns))));
    this._side = side;
    this._picture = svg('svg', {
      role: 'img',
      width: columns * side + 4,
      height: rows * side + 4,
      viewBox: `-2 -2 ${columns * side + 4} ${rows * side + 4}`
    });
    this._title = title;
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        this._cells.push(this._cell(row, column));
      }
    }
    // Marks last: the neighbours of a cell would hide half of its frame.
    this._picture.append(...this._cells.map(({ group }) => group), this._marks);
    const size = side < READABLE_SIDE ? ' small' : '';
    this.node = html('figure', { class: `grid${size}` }, html('figcaption', {}, title), this._picture);
  }

  readonly node: HTMLElement;

  /** Draws all cells, row by row; the strongest colour is for `largest`. */
  draw(looks: ILook[], largest: number): void {
    this._marks.replaceChildren();
    this._cells.forEach(({ group, field, text, row, column }, index) => {
      const { number, isPadding, isMarked } = looks[index];
      const words = number === undefined ? '' : written(number);
      field.setAttribute('fill', number === undefined ? 'transparent' : colour(number, largest));
      group.classList.toggle('padding', Boolean(isPadding));
      group.classList.toggle('marked', Boolean(isMarked));
      group.setAttribute('data-number', number === undefined ? '' : String(number));
      text.textContent = this._side >= READABLE_SIDE ? words : '';
      text.setAttribute('font-size', String(Math.min(this._side * 0.4, (this._side * 1.5) / Math.max(words.length, 1))));
      if (isMarked) {
        this._marks.append(this._frame(row, column, 'mark'));
      }
    });
    const rows = Math.max(0, ...this._cells.map(({ row }) => row + 1));
    const inRow = (row: number) =>
      looks.filter((_, index) => this._cells[index].row === row).map(({ number }) => (number === undefined ? '–' : written(number)));
    const numbers = Array.from({ length: rows }, (_, row) => inRow(row).join(' '));
    this._picture.setAttribute('aria-label', `${this._title}: ${numbers.join('; ')}`);
  }

  /** Calls when a pointer comes to a cell. */
  onPointer(tell: (cell: ICell) => void): void {
    this._cells.forEach(({ group, row, column }) => {
      group.addEventListener('pointerenter', () => tell({ row, column }));
      group.addEventListener('pointerdown', () => tell({ row, column }));
    });
  }

  private _cell(row: number, column: number) {
    const field = this._frame(row, column, 'field');
    const text = svg('text', { x: (column + 0.5) * this._side, y: (row + 0.5) * this._side });
    return { row, column, field, text, group: svg('g', { class: 'cell' }, field, text) };
  }

  private _frame(row: number, column: number, name: string): SVGRectElement {
    const side = this._side;
    return svg('rect', { class: name, x: column * side, y: row * side, width: side, height: side });
  }

  private _cells: { row: number; column: number; field: SVGRectElement; text: SVGTextElement; group: SVGGElement }[] = [];
  private _marks = svg('g', { class: 'marks' });
  private _picture: SVGSVGElement;
  private _side: number;
  private _title: string;
}
