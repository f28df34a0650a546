// Squares that move over an image. Nothing is drawn here.

import { ISize } from './pixels';

/** A square of `patch` x `patch` pixels that moves by `stride`: it fits in so many rows and columns of places. */
export interface IPlaces {
  rows: number;
  columns: number;
  patch: number;
  stride: number;
}

/** The place whose square has its middle nearest to a pixel, counted row by row. */
export function nearestPlace({ rows, columns, patch, stride }: IPlaces, row: number, column: number): number {
  const nearest = (pixel: number, count: number) => {
    const place = Math.round((pixel + 0.5 - patch / 2) / stride);
    return Math.max(0, Math.min(place, count - 1));
  };
  return nearest(row, rows) * columns + nearest(column, columns);
}

/** The upper left pixel of the square of `patch` x `patch` pixels around a pixel, which may be outside the image. The pixel is in the
 * middle, and one further to the lower right if the square has an even side. */
export function around(pixel: number, { width }: ISize, patch: number): { top: number; left: number } {
  const before = Math.floor(patch / 2);
  return { top: Math.floor(pixel / width) - before, left: (pixel % width) - before };
}

/** So many steps a second, in at most some 30 pictures a second. */
export function pace(stepsPerSecond: number): { milliseconds: number; steps: number } {
  const steps = Math.max(1, Math.round(stepsPerSecond / 30));
  return { milliseconds: (1000 * steps) / stepsPerSecond, steps };
}
