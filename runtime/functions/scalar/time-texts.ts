import { BIGINT, DATE, type DataType, DOUBLE, decimal, INT, STRING, TIMESTAMP } from '../../types/data-type.ts';
import { dayOf, isTimestamp } from '../../types/timestamp.ts';
import type { Value } from '../../types/value.ts';
import type { CallTypes, FunctionDoc, Resolution, ScalarFunction, Signature } from '../scalar-function.ts';
import { dateFormatFault, formatDate } from './date-format.ts';
import * as exact from './exact-arithmetic.ts';
import { numberTemplateFault, printDoubleAs, printExact } from './print-number.ts';
import { printTime } from './print-time.ts';
import { readingFault, readTime } from './read-time.ts';
import { signatures } from './signatures.ts';
import { form } from './strict-function.ts';

interface PatternFunction {
  readonly name: string;
  readonly doc: FunctionDoc;
  readonly forms: readonly Signature[];
  /** What is wrong with a pattern that is a literal, for a value of this type. */
  readonly fault: (pattern: string, type: DataType) => string | null;
  readonly compute: (value: Exclude<Value, null>, pattern: string, call: CallTypes) => Value;
}

/** A function of a value and a pattern; a pattern that is a literal is read when the query is planned. */
function patternFunction({ name, doc, forms, fault, compute }: PatternFunction): ScalarFunction {
  const resolveTypes = signatures(name, ...forms);
  return {
    name,
    doc,
    forms,
    nulls: 'strict',
    resolve: (args, constants): Resolution | string => {
      const resolution = resolveTypes(args);
      if (typeof resolution === 'string') return resolution;
      const pattern = constants?.[1];
      const wrong = typeof pattern === 'string' ? fault(pattern, resolution.args[0]!) : null;
      return wrong ?? keptScale(resolution, args);
    },
    evaluate: ([value, pattern], call) => compute(value!, pattern as string, call),
  };
}

/** A DECIMAL stays of its own scale. */
function keptScale(resolution: Resolution, [given]: readonly DataType[]): Resolution {
  const exactly = given?.kind === 'decimal' && resolution.args[0]?.kind === 'decimal';
  return exactly ? { ...resolution, args: [given, ...resolution.args.slice(1)] } : resolution;
}

function numberText(value: Exclude<Value, null>, pattern: string, type: DataType): string {
  if (typeof value === 'bigint') return printExact(value, exact.scaleOf(type), pattern);
  return type.kind === 'int'
    ? printExact(BigInt(value as number), 0, pattern)
    : printDoubleAs(value as number, pattern);
}

export const timeTexts: readonly ScalarFunction[] = [
  patternFunction({
    name: 'TO_CHAR',
    doc: {
      summary: "A time (`YYYY-MM-DD HH24:MI:SS.MS`) or a number (`9,990.00`) as a text, by PostgreSQL's patterns.",
      example: "TO_CHAR(TIMESTAMP '2026-01-31 10:15:00', 'DD Mon YYYY, HH12:MI AM')",
      result: '31 Jan 2026, 10:15 AM',
    },
    forms: [
      form(STRING, TIMESTAMP, STRING),
      form(STRING, INT, STRING),
      form(STRING, BIGINT, STRING),
      form(STRING, decimal(38, 10), STRING),
      form(STRING, DOUBLE, STRING),
    ],
    fault: (pattern, type) => (type.kind === 'timestamp' ? null : numberTemplateFault(pattern)),
    compute: (value, pattern, { args: [type] }) =>
      type!.kind === 'timestamp' ? printTime(value as number, pattern) : numberText(value, pattern, type!),
  }),
  patternFunction({
    name: 'DATE_FORMAT',
    doc: {
      summary: "A time as a text, by the patterns of Flink and Java: `yyyy-MM-dd HH:mm:ss.SSS`, texts in '...'.",
      example: "DATE_FORMAT(TIMESTAMP '2026-01-31 10:15:00', 'yyyy/MM/dd HH:mm')",
      result: '2026/01/31 10:15',
    },
    forms: [form(STRING, TIMESTAMP, STRING)],
    fault: dateFormatFault,
    compute: (value, pattern) => formatDate(value as number, pattern),
  }),
  toTimestamp(),
  patternFunction({
    name: 'TO_DATE',
    doc: {
      summary: 'The date that a text stands for, by the same patterns as TO_CHAR.',
      example: "TO_DATE('31.01.2026', 'DD.MM.YYYY')",
      result: '2026-01-31',
    },
    forms: [form(DATE, STRING, STRING)],
    fault: readingFault,
    compute: (value, pattern) => dayOf(readTime(value as string, pattern)),
  }),
];

/** Of seconds since the epoch, or of a text and a pattern. */
function toTimestamp(): ScalarFunction {
  const ofText = patternFunction({
    name: 'TO_TIMESTAMP',
    doc: {
      summary:
        'The instant so many seconds after 1970-01-01, or the one that a text stands for by a pattern of TO_CHAR.',
      example: "TO_TIMESTAMP('31.01.2026 10:15', 'DD.MM.YYYY HH24:MI')",
      result: '2026-01-31 10:15:00',
    },
    forms: [form(TIMESTAMP, DOUBLE), form(TIMESTAMP, STRING, STRING)],
    fault: readingFault,
    compute: (value, pattern) => readTime(value as string, pattern),
  });
  return {
    ...ofText,
    evaluate: (args, call) => (args.length === 1 ? fromSeconds(args[0] as number) : ofText.evaluate(args, call)),
  };
}

/** Rounded to microseconds, as PostgreSQL does; what is finer than 1 ms is cut. */
function fromSeconds(seconds: number): number {
  const ms = Math.floor(Math.round(seconds * 1e6) / 1000) + 0;
  if (!isTimestamp(ms)) throw exact.overflow(TIMESTAMP);
  return ms;
}
