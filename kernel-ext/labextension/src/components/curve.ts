// A curve and a point that moves on it.

import { html, svg } from './component';

/** CSS pixels of a plot's side. */
export const SIDE = 190;

/** From the left and from below, each from 0 to 1. */
export type Point = [number, number];

/** With what goes up and across told below. */
export function curve(title: string, across: string, up: string, points: Point[], point: SVGCircleElement): HTMLElement {
  const line = points.map(place).join(' ');
  const picture = svg(
    'svg',
    { ...plotSize(), role: 'img', 'aria-label': title },
    svg('rect', { x: 0, y: 0, width: SIDE, height: SIDE, class: 'frame' }),
    svg('polyline', { points: line, class: 'curve' }),
    point
  );
  return html('figure', {}, html('figcaption', {}, title), picture, html('figcaption', {}, `${up} over ${across}`));
}

export function plotSize() {
  return { width: SIDE + 12, height: SIDE + 12, viewBox: `-6 -6 ${SIDE + 12} ${SIDE + 12}` };
}

/** The point for `curve`. */
export function pointOnCurve(): SVGCircleElement {
  return svg('circle', { r: 5, class: 'point' });
}

/** There may be no such point: then it is not shown. */
export function move(circle: SVGCircleElement, [x, y]: Point): void {
  circle.toggleAttribute('hidden', !Number.isFinite(x) || !Number.isFinite(y));
  if (Number.isFinite(x) && Number.isFinite(y)) {
    circle.setAttribute('cx', (x * SIDE).toFixed(1));
    circle.setAttribute('cy', ((1 - y) * SIDE).toFixed(1));
  }
}

function place([x, y]: Point): string {
  return `${(x * SIDE).toFixed(1)},${((1 - y) * SIDE).toFixed(1)}`;
}
