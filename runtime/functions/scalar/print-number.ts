import { divideRounded, powerOfTen } from '../../types/decimal.ts';
import { keepLast } from './keep-last.ts';
import { type NumberPiece, type NumberTemplate, parseNumberTemplate } from './number-template.ts';
import { invalidArgument } from './strict-function.ts';

const templateOf = keepLast((text: string): NumberTemplate => {
  const template = parseNumberTemplate(text);
  if (template === null) throw invalidArgument(numberTemplateFault(text)!);
  return template;
});

/** What is wrong with a template that is a literal; null: nothing. */
export function numberTemplateFault(text: string): string | null {
  if (parseNumberTemplate(text) !== null) return null;
  return `${JSON.stringify(text.slice(0, 60))} is no template for numbers here; there are 9 0 . D , G S MI PL SG PR FM TH and "text"`;
}

/** TO_CHAR of an exact number: `unscaled` times 10^-scale. */
export function printExact(unscaled: bigint, scale: number, text: string): string {
  const template = templateOf(text);
  const excess = scale - template.fraction;
  const rounded = excess > 0 ? divideRounded(unscaled, powerOfTen(excess)) : unscaled * powerOfTen(-excess);
  const digits = (rounded < 0n ? -rounded : rounded).toString();
  return printDigits(digits, rounded < 0n, template);
}

export function printDoubleAs(value: number, text: string): string {
  const template = templateOf(text);
  if (!Number.isFinite(value) || Math.abs(value) >= 1e21) return printDigits(null, value < 0, template);
  const digits = Math.abs(value).toFixed(template.fraction).replace('.', '');
  return printDigits(digits, value < 0 || Object.is(value, -0), template);
}

/** `digits`: without a point; null where the number has no digits that fit. */
function printDigits(digits: string | null, negative: boolean, template: NumberTemplate): string {
  const { whole, fraction } = template;
  const significant = digits === null ? null : digits.replace(/^0+/, '').padStart(fraction, '0');
  const overflows = significant === null || significant.length - fraction > whole;
  const printer = new NumberPrinter(template, negative);
  if (overflows) return printer.print('#'.repeat(whole + fraction), 0, digits === null ? 1 : Number(digits));
  // Without a fraction the last digit stands for a zero.
  const first = Math.min(whole - (significant.length - fraction), fraction === 0 ? whole - 1 : whole);
  return printer.print(significant.padStart(whole + fraction, '0'), first, Number(digits));
}

class NumberPrinter {
  readonly #template: NumberTemplate;
  readonly #negative: boolean;
  #text = '';
  /** Whether a digit or the point has been written, and so the sign before them. */
  #begun = false;
  #digitsSeen = 0;

  constructor(template: NumberTemplate, negative: boolean) {
    this.#template = template;
    this.#negative = negative;
  }

  /** `first`: place of the first digit that is written for its own sake. */
  print(digits: string, first: number, value: number): string {
    const from = Math.min(first, this.#template.zeroFrom ?? first);
    const to = this.#lastDigit(digits, value);
    for (const piece of this.#template.pieces) this.#piece(piece, digits, from, to, value);
    if (this.#template.sign === 'brackets') this.#text += this.#negative ? '>' : this.#blank();
    return this.#text;
  }

  /** How many digits are written: under FM the zeros at the end are not, but for those that the template wants. */
  #lastDigit(digits: string, value: number): number {
    const { bare, whole, fraction, zeroTo } = this.#template;
    if (!bare || fraction === 0) return whole + fraction;
    const used = value === 0 ? 0 : digits.slice(whole).replace(/0+$/, '').length;
    return whole + Math.max(used, zeroTo);
  }

  #blank(): string {
    return this.#template.bare ? '' : ' ';
  }

  #piece(piece: NumberPiece, digits: string, from: number, to: number, value: number): void {
    switch (piece.kind) {
      case 'text':
        this.#text += piece.text;
        break;
      case 'digit':
        this.#digit(digits, from, to);
        break;
      case 'group':
        this.#text += this.#begun ? ',' : this.#blank();
        break;
      case 'point':
        // FM writes the zero of a whole that has nothing behind the point.
        if (this.#template.fraction === 0) break;
        if (this.#template.bare && value === 0 && !this.#begun && to === this.#template.whole) this.#write('0');
        this.#write('.');
        break;
      case 'sign':
        this.#sign(piece.style);
        break;
      default:
        if (!this.#negative && !digits.startsWith('#'))
          this.#text += piece.upper ? ending(value).toUpperCase() : ending(value);
    }
  }

  #digit(digits: string, from: number, to: number): void {
    const place = this.#digitsSeen++;
    if (place >= to) return;
    if (place < from && place < this.#template.whole) this.#text += this.#blank();
    else this.#write(digits[place]!);
  }

  #write(character: string): void {
    if (!this.#begun) this.#text += this.#floatingSign();
    this.#begun = true;
    this.#text += character;
  }

  #floatingSign(): string {
    const { sign, pieces } = this.#template;
    if (sign === 'brackets') return this.#negative ? '<' : this.#blank();
    if (sign === 'blank') return this.#negative ? '-' : this.#blank();
    return leads(pieces) ? this.#plusOrMinus() : '';
  }

  #plusOrMinus(): string {
    return this.#negative ? '-' : '+';
  }

  /** S before the digits floats with them. */
  #sign(style: 'S' | 'MI' | 'PL' | 'SG'): void {
    if (style === 'MI') this.#text += this.#negative ? '-' : this.#blank();
    else if (style === 'PL') this.#text += this.#negative ? this.#blank() : '+';
    else if (style === 'SG' || !leads(this.#template.pieces)) this.#text += this.#plusOrMinus();
  }
}

/** Whether an S stands before the first digit. */
function leads(pieces: readonly NumberPiece[]): boolean {
  const first = pieces.find((piece) => piece.kind === 'digit' || (piece.kind === 'sign' && piece.style === 'S'));
  return first?.kind === 'sign';
}

function ending(value: number): string {
  if (value % 100 >= 11 && value % 100 <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][value % 10] ?? 'th';
}
