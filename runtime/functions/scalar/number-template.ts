/**
 * Templates of TO_CHAR for numbers, as PostgreSQL's manual lists them: `9` and `0` for digits, `.` or `D` for the point,
 * `,` or `G` between groups, `S`, `MI`, `PL`, `SG` and `PR` for the sign, `FM` against blanks, `TH` for ordinals.
 */
export interface NumberTemplate {
  readonly pieces: readonly NumberPiece[];
  /** Digits before and behind the point. */
  readonly whole: number;
  readonly fraction: number;
  /** Place, among the digits before the point, from which zeros are written; null: only where FM or the point asks. */
  readonly zeroFrom: number | null;
  /** How many digits behind the point are always written under FM. */
  readonly zeroTo: number;
  readonly bare: boolean;
  readonly sign: 'blank' | 'brackets' | 'own';
}

export type NumberPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'digit' | 'point' | 'group' }
  | { readonly kind: 'sign'; readonly style: 'S' | 'MI' | 'PL' | 'SG' }
  | { readonly kind: 'ordinal'; readonly upper: boolean };

const TOKEN = /FM|MI|PL|SG|PR|TH|th|EEEE|RN|rn|[90.,DGSLVdgslv]|"(?:[^"\\]|\\[\s\S])*"|[\s\S]/gi;
const DIGITS_MAX = 100;

/** null: no template, or one with parts that are not built (EEEE, RN, V). */
export function parseNumberTemplate(template: string): NumberTemplate | null {
  const tokens = (template.match(TOKEN) ?? []).map((token) => (token.startsWith('"') ? token : token.toUpperCase()));
  if (tokens.some((token) => ['EEEE', 'RN', 'V'].includes(token))) return null;
  const brackets = tokens.indexOf('PR');
  if (brackets >= 0 && tokens.slice(brackets).some((token) => /^[90.,DGS]$/.test(token))) return null;
  const digits = tokens.filter((token) => /^[90.D]$/.test(token)).map((token) => (token === 'D' ? '.' : token));
  const point = digits.indexOf('.');
  if (digits.filter((token) => token === '.').length > 1 || digits.length > DIGITS_MAX) return null;
  const before = point < 0 ? digits : digits.slice(0, point);
  const behind = point < 0 ? [] : digits.slice(point + 1);
  const zero = before.indexOf('0');
  const hasSign = tokens.some((token) => ['S', 'MI', 'SG'].includes(token));
  return {
    pieces: (template.match(TOKEN) ?? []).flatMap(pieceOf),
    whole: before.length,
    fraction: behind.length,
    zeroFrom: zero < 0 ? null : zero,
    zeroTo: behind.lastIndexOf('0') + 1,
    bare: tokens.includes('FM'),
    sign: tokens.includes('PR') ? 'brackets' : hasSign ? 'own' : 'blank',
  };
}

function pieceOf(token: string): readonly NumberPiece[] {
  const upper = token.toUpperCase();
  if (upper === '9' || upper === '0') return [{ kind: 'digit' }];
  if (upper === '.' || upper === 'D') return [{ kind: 'point' }];
  if (upper === ',' || upper === 'G') return [{ kind: 'group' }];
  if (upper === 'S' || upper === 'MI' || upper === 'PL' || upper === 'SG') return [{ kind: 'sign', style: upper }];
  if (upper === 'TH') return [{ kind: 'ordinal', upper: token === 'TH' }];
  if (upper === 'FM' || upper === 'PR') return [];
  if (upper === 'L') return [{ kind: 'text', text: ' ' }];
  return [{ kind: 'text', text: token.startsWith('"') ? token.slice(1, -1).replaceAll(/\\([\s\S])/g, '$1') : token }];
}
