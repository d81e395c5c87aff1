/**
 * Templates of TO_CHAR, TO_TIMESTAMP and TO_DATE for times, as PostgreSQL's manual lists them ("Data Type Formatting
 * Functions"): `YYYY-MM-DD HH24:MI:SS.MS`.
 */
export type TimePiece =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'field';
      readonly field: TimeField;
      /** As written, which decides upper, lower or mixed case of a name. */
      readonly word: string;
      /** FM: without padding. */
      readonly bare: boolean;
      /** TH and th: the ending of an ordinal number. */
      readonly ordinal: 'TH' | 'th' | null;
    };

/** In an order in which no field begins with an earlier one. */
const FIELDS = [
  'SSSSS',
  'SSSS',
  'Y,YYY',
  'MONTH',
  'IYYY',
  'IDDD',
  'YYYY',
  'HH24',
  'HH12',
  'A.D.',
  'B.C.',
  'A.M.',
  'P.M.',
  'IYY',
  'YYY',
  'MON',
  'DAY',
  'DDD',
  'TZH',
  'TZM',
  'FF1',
  'FF2',
  'FF3',
  'FF4',
  'FF5',
  'FF6',
  'AD',
  'BC',
  'AM',
  'PM',
  'CC',
  'DD',
  'DY',
  'HH',
  'ID',
  'IW',
  'IY',
  'MI',
  'MM',
  'MS',
  'OF',
  'RM',
  'SS',
  'TZ',
  'US',
  'WW',
  'YY',
  'D',
  'I',
  'J',
  'Q',
  'W',
  'Y',
] as const;
export type TimeField = (typeof FIELDS)[number];

const FIELD_WORD = new RegExp(
  `(FM|fm|FX|fx|TM|tm)?(${FIELDS.map((field) => field.replaceAll('.', '\\.')).join('|')})(TH|th)?`,
  'iy',
);

/** The pieces of a template. Words that are no field stand for themselves, as does everything in double quotes. */
export function parseTimeTemplate(template: string): readonly TimePiece[] {
  const pieces: TimePiece[] = [];
  for (let at = 0; at < template.length; ) {
    const quoted = /"((?:[^"\\]|\\[\s\S])*)(?:"|$)/y;
    quoted.lastIndex = at;
    FIELD_WORD.lastIndex = at;
    const text = quoted.exec(template);
    const field = text === null ? FIELD_WORD.exec(template) : null;
    if (text !== null) pieces.push({ kind: 'text', text: text[1]!.replaceAll(/\\([\s\S])/g, '$1'), quoted: true });
    else if (field !== null) pieces.push(fieldPiece(field));
    else pieces.push(plainText(template, at));
    at += text?.[0].length ?? field?.[0].length ?? (template.startsWith('\\"', at) ? 2 : 1);
  }
  return pieces;
}

function plainText(template: string, at: number): TimePiece {
  return { kind: 'text', text: template.startsWith('\\"', at) ? '"' : template[at]!, quoted: false };
}

function fieldPiece([, prefix, word, ordinal]: RegExpExecArray): TimePiece {
  return {
    kind: 'field',
    field: word!.toUpperCase() as TimeField,
    word: word!,
    bare: prefix?.toUpperCase() === 'FM',
    ordinal: ordinal === undefined ? null : ordinal === 'TH' ? 'TH' : 'th',
  };
}

export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
/** From Sunday. */
export const DAYS: readonly string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
export const ROMAN_MONTHS: readonly string[] = [
  'I',
  'II',
  'III',
  'IV',
  'V',
  'VI',
  'VII',
  'VIII',
  'IX',
  'X',
  'XI',
  'XII',
];
