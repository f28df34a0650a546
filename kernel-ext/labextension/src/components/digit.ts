// A drawing made as MNIST's digits are: fitted into 20 x 20 pixels, then its centre of mass put into the middle of 28 x 28.
// (LeCun, Cortes and Burges, "The MNIST database of handwritten digits".)

export const SIDE = 28;
const BOX = 20;

/** Grey levels of 0 to 1 in rows of `side`, as 28 x 28 bytes. All zeros if nothing is drawn. */
export function digit(levels: Float32Array, side: number): Uint8Array {
  const ink = bounds(levels, side);
  const bytes = new Uint8Array(SIDE * SIDE);
  if (!ink) {
    return bytes;
  }
  const scale = Math.max(ink.width, ink.height) / BOX;
  const [width, height] = [ink.width / scale, ink.height / scale];
  const small = (x: number, y: number) =>
    mean(levels, side, ink.left + x * scale, ink.top + y * scale, scale);
  let [mass, massX, massY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const level = small(x, y);
      mass += level;
      massX += level * (x + 0.5);
      massY += level * (y + 0.5);
    }
  }
  const left = Math.round(SIDE / 2 - massX / mass);
  const top = Math.round(SIDE / 2 - massY / mass);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const isInside = x >= left && x < left + width && y >= top && y < top + height;
      bytes[y * SIDE + x] = isInside ? Math.round(255 * small(x - left, y - top)) : 0;
    }
  }
  return bytes;
}

/** Where something is drawn. */
function bounds(levels: Float32Array, side: number) {
  let [left, top, right, bottom] = [side, side, -1, -1];
  levels.forEach((level, index) => {
    if (level > 0.05) {
      const [x, y] = [index % side, Math.floor(index / side)];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  });
  return right < 0 ? undefined : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The mean level of a square, which need not lie on whole pixels. */
function mean(levels: Float32Array, side: number, left: number, top: number, length: number): number {
  let sum = 0;
  for (let y = Math.floor(top); y < top + length; y++) {
    for (let x = Math.floor(left); x < left + length; x++) {
      if (x >= 0 && y >= 0 && x < side && y < side) {
        const width = Math.min(x + 1, left + length) - Math.max(x, left);
        const height = Math.min(y + 1, top + length) - Math.max(y, top);
        sum += levels[y * side + x] * width * height;
      }
    }
  }
  return sum / (length * length);
}
