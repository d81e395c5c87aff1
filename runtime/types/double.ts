/** The text forms of DOUBLE, as PostgreSQL reads and prints them. */

const NUMBER_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Reads a number, `NaN`, `inf`, `-Infinity`; `null` when the text is none of them or too large or small. */
export function parseDouble(text: string): number | null {
  if (NUMBER_TEXT.test(text)) return finiteNumber(text);
  return SPECIAL_TEXTS.get(text.toLowerCase()) ?? null;
}

const SPECIAL_TEXTS = new Map<string, number>([
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-infinity', -Infinity],
]);

function finiteNumber(text: string): number | null {
  const value = Number(text);
  const vanished = value === 0 && /[1-9]/.test(text.replace(/[eE].*/, ''));
  return Number.isFinite(value) && !vanished ? value : null;
}

/** The shortest text that reads back as the same number; exponents from 1e+15 on and below 1e-04. */
export function printDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0';
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= 15 || power < -4) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${Math.abs(power).toString().padStart(2, '0')}`;
  }
  return String(value);
}
