import { unreachable } from '../../errors/assert.ts';
import { TIMESTAMP_MAX } from '../../types/timestamp.ts';
import { type ColumnTree, columnTrees, isRowName } from '../../types/row-columns.ts';
import { INT_MAX } from '../../types/value.ts';
import type { WireColumn } from '../format.ts';
import type { RowShape } from './row-shape.ts';

/**
 * The text of a scanner for rows of one shape. It holds only numbers and the names below; literal bytes come in as
 * numbers in k0, so that no name of a user is ever part of it.
 *
 * | name | is |
 * |---|---|
 * | u0, d0 | the input as bytes and as a DataView |
 * | k0 | the literals: their bytes four by four, then what is left one by one |
 * | a0 | arrays of the kept columns, in the order of `scannerArrays` |
 * | h0, h1, h2, h3 | value(column, at, row), skip(at, level), absent(column, row), usualTimestamp(bytes, at) |
 * | w0 | powers of ten |
 * | s0 | s0[0] = where the scan stopped: the start of the first row that has another shape |
 * | p0, e0 | position, end of the input |
 * | n0, n1 | row, rows that there is room for |
 * | m0 | longest row, bytes |
 */
export const SCANNER_PARAMETERS = [
  'u0',
  'd0',
  'k0',
  'a0',
  'h0',
  'h1',
  'h2',
  'h3',
  'w0',
  's0',
  'p0',
  'e0',
  'n0',
  'n1',
  'm0',
] as const;

/** Values beyond so many are read through h0: a function that is too long is never optimised. */
const INLINE_MAX = 24;

export function scannerSource(shape: RowShape, columns: readonly WireColumn[], kept: readonly boolean[]): string {
  const literals = new LiteralPlaces(shape);
  const inline = (index: number): boolean => index < INLINE_MAX;
  const members = shape.columns.map(
    (column, index) =>
      literals.compare(index) +
      memberText({ index, column, depth: shape.depths[index]! }, columns, kept, inline(index)),
  );
  const absent = absentText(columnTrees(columns.map(({ name }) => name)), shape, kept);
  return `let v0=0,t0=0,b0=0,k1=0,x0=0,y0=0,q0=0,q1=0,g0=0,f0=0,j0=0,r0=0,z0=0,i1=0,i2=0,i3=0,y1=0/0;
p0=p0|0;e0=e0|0;n0=n0|0;n1=n1|0;m0=m0|0;
${arrayNames(columns, kept)}
row0:for(;n0<n1&&p0<e0;){
r0=p0;
ok0:{
${members.join('\n')}
${literals.compare(shape.columns.length)}
${absent}
if(p0-r0-1>m0)break ok0;
n0=n0+1|0;continue row0;
}
p0=r0;break row0;
}
s0[0]=p0;return n0;`;
}

/** Where each literal stands in k0. */
class LiteralPlaces {
  readonly #starts: number[] = [];
  readonly #lengths: readonly number[];

  constructor(shape: RowShape) {
    this.#lengths = shape.literals.map(({ length }) => length);
    let start = 0;
    for (const length of this.#lengths) {
      this.#starts.push(start);
      start += (length >> 2) + (length & 3);
    }
  }

  compare(index: number): string {
    const length = this.#lengths[index]!;
    const fours = length >> 2;
    const start = this.#starts[index]!;
    const tests: string[] = [];
    for (let four = 0; four < fours; four++) tests.push(`d0.getInt32(p0+${four * 4},true)!==k0[${start + four}]`);
    for (let one = 0; one < (length & 3); one++) tests.push(`u0[p0+${fours * 4 + one}]!==k0[${start + fours + one}]`);
    return tests.length === 0 ? '' : `if(${tests.join('||')})break ok0;p0=p0+${length}|0;\n`;
  }
}

/** The numbers of k0. */
export function scannerLiterals(shape: RowShape): Int32Array {
  const numbers: number[] = [];
  for (const literal of shape.literals) {
    const fours = literal.length >> 2;
    for (let four = 0; four < fours; four++) numbers.push(literal.readInt32LE(four * 4));
    for (let one = fours * 4; one < literal.length; one++) numbers.push(literal[one]!);
  }
  return Int32Array.from(numbers);
}

/** What the shape has no field for, and ROWs that it has an object for. */
function absentText(trees: readonly ColumnTree[], shape: RowShape, kept: readonly boolean[]): string {
  return trees
    .map((tree) => {
      const { index } = tree;
      if (tree.kind === 'row' && shape.objects.includes(index))
        return (kept[index] ? `c${index}[n0]=1;` : '') + absentText(tree.parts, shape, kept);
      return shape.columns.includes(index) ? '' : `h2(${index},n0);`;
    })
    .join('');
}

/** c7 and, for texts, l7: the arrays of column 7. */
function arrayNames(columns: readonly WireColumn[], kept: readonly boolean[]): string {
  const names: string[] = [];
  columns.forEach(({ type }, column) => {
    if (!kept[column]) return;
    names.push(`c${column}`);
    if (type.kind === 'string' || type.kind === 'json') names.push(`l${column}`);
  });
  return names.map((name, index) => `const ${name}=a0[${index}];`).join('');
}

/** Reads one value: at once where it has the usual form, else through h0 from its start again. */
function memberText(
  { index, column, depth }: { readonly index: number; readonly column: number; readonly depth: number },
  columns: readonly WireColumn[],
  kept: readonly boolean[],
  inline: boolean,
): string {
  if (column < 0 && inline) return valueText(index, unaskedText(), `p0=h1(z0,${depth})|0;`);
  if (column < 0) return `p0=h1(p0,${depth})|0;if(p0<0)break ok0;`;
  const usual = inline && !isRowName(columns[column]!.name) ? usualText(column, columns[column]!, kept[column]!) : null;
  if (usual === null) return `p0=h0(${column},p0,n0)|0;if(p0<0)break ok0;`;
  return valueText(index, usual, `p0=h0(${column},z0,n0)|0;`);
}

/** The usual form where it is that, else `other`. */
function valueText(index: number, usual: string, other: string): string {
  return `val${index}:{any0:{
z0=p0;${usual}
break val${index};}
${other}if(p0<0)break ok0;}`;
}

/** Ends with p0 behind the value, or leaves any0. */
function usualText(column: number, { type }: WireColumn, kept: boolean): string | null {
  const store = (value: string): string => (kept ? `c${column}[n0]=${value};` : '');
  switch (type.kind) {
    case 'int':
      return `${wholeText()}if(x0>${INT_MAX})break any0;${store('j0===1?0-x0:x0')}`;
    case 'bigint':
      return `${wholeText()}${store('j0===1?0-x0:x0')}`;
    case 'decimal':
      return decimalText(type.precision, type.scale) + store('j0===1?0-x0:x0');
    case 'double':
      return doubleText() + store('j0===1?-x0:x0');
    case 'timestamp':
      return timestampText(store('x0'));
    case 'string':
      return stringText(kept ? `c${column}[n0]=q0;l${column}[n0]=p0-q0;` : '');
    case 'boolean':
      return booleanText(store('j0'));
    case 'date':
    case 'json':
    case 'interval':
    case 'null':
      return null;
    default:
      return unreachable(type);
  }
}

/**
 * Up to 15 digits at p0 as the number `to`. Four at a time: XOR with 0x30.. makes digits 0 to 9, adding 0x76.. sets the
 * top bit of any other byte; two multiplications join the four (after D. Lemire, Quickly parsing eight digits, 2018).
 * Fewer than four are moved up, so that zeros stand before them.
 */
function digitsText(to: string): string {
  const load = 'v0=d0.getInt32(p0,true)^808464432;t0=(v0|v0+1987475062)&-2139062144;';
  const join = 'v0=Math.imul(v0,10)+(v0>>>8);b0=Math.imul(v0&255,100)+(v0>>>16&255);';
  const count = 'k1=31-Math.clz32(t0&-t0)>>>3;';
  const rest = (more: string): string => `${count}if(k1!==0){v0=v0<<32-(k1<<3);${join}${more}p0=p0+k1|0;}`;
  return `${load}if(t0!==0){${count}if(k1===0)break any0;v0=v0<<32-(k1<<3);${join}${to}=b0;p0=p0+k1|0;}else{
${join}${to}=b0;p0=p0+4|0;${load}if(t0!==0){${rest(`${to}=${to}*w0[k1]+b0;`)}}else{
${join}${to}=${to}*10000+b0;p0=p0+4|0;${load}if(t0!==0){${rest(`${to}=${to}*w0[k1]+b0;`)}}else{
${join}${to}=${to}*10000+b0;p0=p0+4|0;${load}if(t0===0)break any0;${rest(`${to}=${to}*w0[k1]+b0;`)}}}}
`;
}

/** x0: the digits; j0: 1 after a minus; g0: how many digits. No zero may lead. */
function wholeText(): string {
  return `j0=0;if(u0[p0]===45){j0=1;p0=p0+1|0;}q0=p0;${digitsText('x0')}g0=p0-q0|0;if(g0>1&&u0[q0]===48)break any0;`;
}

/** x0: the number times 10^scale, at most 15 digits. */
function decimalText(precision: number, scale: number): string {
  const tooLarge = precision <= 15 ? `if(x0>=${10 ** precision})break any0;` : '';
  return `${wholeText()}if(g0>${15 - scale})break any0;
if(u0[p0]===46){p0=p0+1|0;q1=p0;${digitsText('y0')}f0=p0-q1|0;if(f0>${scale})break any0;
x0=x0*w0[${scale}]+y0*w0[${scale}-f0];}else{x0=x0*w0[${scale}];}${tooLarge}`;
}

/** Up to 15 digits and a power of ten up to 10^22 are exact, so one division rounds correctly (W. Clinger, 1990). */
function doubleText(): string {
  return `${wholeText()}
if(u0[p0]===46){p0=p0+1|0;q1=p0;${digitsText('y0')}f0=p0-q1|0;if(g0+f0>15)break any0;
x0=(x0*w0[f0]+y0)/w0[f0];}if((u0[p0]|32)===101)break any0;`;
}

/**
 * `"2026-01-31T10:00:00.000Z"`: rows that follow each other mostly have one date, so its bytes (i1, i2, i3) and its ms
 * (y1) are remembered, and only the time of day is read: XOR with the bytes of `00:00:00.000` makes digits 0 to 9 and
 * punctuation 0; adding 0x76 (0x7f for punctuation) sets the top bit of any other byte. Else h3 reads the whole text.
 */
function timestampText(store: string): string {
  return `if(u0[p0]===34){
v0=d0.getInt32(p0+12,true)^809119792;b0=d0.getInt32(p0+16,true)^808466992;k1=d0.getInt32(p0+20,true)^808464430;
t0=(v0|v0+1988064886|b0|b0+1987477366|k1|k1+1987475071)&-2139062144;
g0=(v0&255)*10+(v0>>>8&255)|0;f0=b0>>>16&255;
if(t0===0&&g0<24&&v0>>>24<6&&f0<6&&u0[p0+24]===90&&u0[p0+25]===34){
x0=((g0*60+(v0>>>24)*10+(b0&255))*60+f0*10+(b0>>>24))*1000+(k1>>>8&255)*100+(k1>>>16&255)*10+(k1>>>24);
if(d0.getInt32(p0+1,true)===i1&&d0.getInt32(p0+5,true)===i2&&d0.getInt32(p0+8,true)===i3){x0=x0+y1;}else{
y0=h3(u0,p0+1);y1=y0-x0;x0=y0;i1=d0.getInt32(p0+1,true);i2=d0.getInt32(p0+5,true);i3=d0.getInt32(p0+8,true);}
}else{x0=h3(u0,p0+1);}
if(x0!==x0)break any0;p0=p0+26|0;}else{
${wholeText()}if(j0===1||x0>${TIMESTAMP_MAX})break any0;}${store}`;
}

/**
 * The lowest hit is the first quote, backslash or control character (string-text.ts says why); it must be a quote. XOR
 * with ASCII leaves the top bits as they are, so one ~v0 serves all three tests.
 */
function stringText(store: string): string {
  return `if(u0[p0]!==34)break any0;p0=p0+1|0;q0=p0;
for(;;){v0=d0.getInt32(p0,true);b0=v0^572662306;k1=v0^1549556828;
t0=(b0-16843009|k1-16843009|v0-538976288)&~v0&-2139062144;
if(t0!==0){p0=p0+(31-Math.clz32(t0&-t0)>>>3)|0;break;}p0=p0+4|0;}
if(u0[p0]!==34)break any0;${store}p0=p0+1|0;`;
}

/** Most of what nobody asked for is text or a plain number, and a call costs more than passing over a short one. */
function unaskedText(): string {
  const digits = `q0=p0;for(;;){v0=d0.getInt32(p0,true)^808464432;t0=(v0|v0+1987475062)&-2139062144;
if(t0!==0){p0=p0+(31-Math.clz32(t0&-t0)>>>3)|0;break;}p0=p0+4|0;}g0=p0-q0|0;if(g0===0)break any0;`;
  return `if(u0[p0]===34){${stringText('')}}else{
if(u0[p0]===45)p0=p0+1|0;${digits}if(g0>1&&u0[q0]===48)break any0;
if(u0[p0]===46){p0=p0+1|0;${digits}}if((u0[p0]|32)===101)break any0;}`;
}

/** "true" and "fals" as numbers. */
function booleanText(store: string): string {
  return `if(d0.getInt32(p0,true)===1702195828){j0=1;p0=p0+4|0;}else{
if(d0.getInt32(p0,true)!==1936482662||u0[p0+4]!==101)break any0;j0=0;p0=p0+5|0;}${store}`;
}
