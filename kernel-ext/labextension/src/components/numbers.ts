// How numbers are written and coloured.

/** With at most two decimals (what is smaller has one digit) and a real minus sign. */
export function written(number: number): string {
  if (!Number.isFinite(number)) {
    return Number.isNaN(number) ? 'NaN' : number > 0 ? '∞' : '−∞';
  }
  const rounded = Math.round(number * 100) / 100;
  const isTiny = rounded === 0 && number !== 0;
  const short = isTiny ? String(Number(number.toPrecision(1))) : String(rounded);
  const text = Math.abs(rounded) >= 1e5 ? rounded.toExponential(1) : short.replace(/^-0$/, '0');
  return text.replace('-', '−');
}

/** As a factor in a product: a negative number needs parentheses. */
export function factor(number: number): string {
  const text = written(number);
  return text.startsWith('−') ? `(${text})` : text;
}

// Okabe and Ito's blue and vermilion, which colour-blind people can tell apart, too.
const POSITIVE = '0, 114, 178';
const NEGATIVE = '213, 94, 0';
const STRONGEST = 0.55;

/** A colour over the page's own: blue above zero, orange below, nothing at zero. Text stays readable on it. */
export function colour(number: number, largest: number): string {
  if (!Number.isFinite(number) || largest <= 0) {
    return 'transparent';
  }
  const strength = Math.min(Math.abs(number) / largest, 1) * STRONGEST;
  return `rgba(${number < 0 ? NEGATIVE : POSITIVE}, ${strength.toFixed(3)})`;
}

/** The largest size of all finite numbers. */
export function largest(numbers: number[]): number {
  return numbers.reduce((most, number) => (Number.isFinite(number) ? Math.max(most, Math.abs(number)) : most), 0);
}
