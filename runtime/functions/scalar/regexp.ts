import { BOOLEAN, type DataType, INT, STRING } from '../../types/data-type.ts';
import type { Value } from '../../types/value.ts';
import type { FunctionDoc, Resolution, ScalarFunction, Signature } from '../scalar-function.ts';
import { characterOf, patternFault, regularExpression } from './regular-expression.ts';
import { signatures } from './signatures.ts';
import { form, invalidArgument } from './strict-function.ts';

interface RegexpFunction {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly doc: FunctionDoc;
  readonly forms: readonly Signature[];
  /** Place of the flags among the arguments. */
  readonly flags?: number;
  readonly nullable?: boolean;
  readonly compute: (...args: readonly never[]) => Value;
}

/** A pattern that is a literal is read when the query is planned. */
function regexpFunction({ name, aliases, doc, forms, flags, nullable, compute }: RegexpFunction): ScalarFunction {
  const call = compute as (...args: readonly Value[]) => Value;
  const resolveTypes = signatures(name, ...forms);
  return {
    name,
    ...(aliases && { aliases }),
    doc,
    forms,
    ...(nullable ? { nulls: 'custom', nullable: () => true } : { nulls: 'strict' }),
    resolve: (args: readonly DataType[], constants): Resolution | string => {
      const pattern = constants?.[1];
      const given = flags === undefined ? '' : constants?.[flags];
      const fault = typeof pattern === 'string' ? patternFault(pattern, checkable(name, given)) : null;
      return fault ?? resolveTypes(args);
    },
    evaluate: (args) => (nullable && args.includes(null) ? null : call(...args)),
  };
}

/** REGEXP_REPLACE's own flag is no concern of the pattern. */
function checkable(name: string, flags: Value | undefined): string {
  const known = typeof flags === 'string' ? flags : '';
  return name === 'REGEXP_REPLACE' ? known.replaceAll('g', '') : known;
}

function operator(name: string, flags: string, negated: boolean, doc: FunctionDoc): ScalarFunction {
  return regexpFunction({
    name,
    doc,
    forms: [form(BOOLEAN, STRING, STRING)],
    compute: (text: string, pattern: string) => regularExpression(pattern, flags).test(text) !== negated,
  });
}

function replace(text: string, pattern: string, replacement: string, flags = ''): string {
  const all = flags.includes('g');
  return regularExpression(pattern, flags.replaceAll('g', '')).replace(text, replacement, all);
}

function substring(text: string, pattern: string, start = 1, nth = 1, flags = '', group = 0): string | null {
  if (start < 1 || nth < 1 || group < 0) throw invalidArgument('REGEXP_SUBSTR counts characters and matches from 1');
  return regularExpression(pattern, flags).find(text, start, nth)?.groups[group] ?? null;
}

function count(text: string, pattern: string, start = 1, flags = ''): number {
  if (start < 1) throw invalidArgument('REGEXP_COUNT counts characters from 1');
  return regularExpression(pattern, flags).count(text, start);
}

function place(text: string, pattern: string, start = 1, nth = 1): number {
  if (start < 1 || nth < 1) throw invalidArgument('REGEXP_INSTR counts characters and matches from 1');
  const match = regularExpression(pattern).find(text, start, nth);
  return match === null ? 0 : characterOf(text, match.start);
}

function extract(text: string, pattern: string, group = 0): string | null {
  if (group < 0) throw invalidArgument('REGEXP_EXTRACT counts groups from 1; 0 is the whole match');
  return regularExpression(pattern).extract(text, group);
}

function substringOf(text: string, pattern: string): string | null {
  const groups = regularExpression(pattern).find(text, 1, 1)?.groups;
  return groups?.[groups.length > 1 ? 1 : 0] ?? null;
}

const text = [STRING, STRING] as const;
const doc = (summary: string, example: string, result: string): FunctionDoc => ({ summary, example, result });

export const regexpFunctions: readonly ScalarFunction[] = [
  operator(
    '~',
    '',
    false,
    doc('Whether a regular expression matches somewhere in a text.', "'millrace' ~ '^mill'", 'true'),
  ),
  operator('~*', 'i', false, doc('The same as ~ in any case.', "'Millrace' ~* '^mill'", 'true')),
  operator('!~', '', true, doc('Whether a regular expression matches nowhere.', "'millrace' !~ '[0-9]'", 'true')),
  operator('!~*', 'i', true, doc('The same as !~ in any case.', "'Millrace' !~* '^mill'", 'false')),
  regexpFunction({
    name: 'REGEXP_LIKE',
    aliases: ['REGEXP'],
    doc: doc(
      'Whether a regular expression matches somewhere in a text; flags: i any case, n lines.',
      "REGEXP_LIKE('Millrace', 'RACE$', 'i')",
      'true',
    ),
    forms: [form(BOOLEAN, ...text), form(BOOLEAN, ...text, STRING)],
    flags: 2,
    compute: (value: string, pattern: string, flags?: string) => regularExpression(pattern, flags).test(value),
  }),
  regexpFunction({
    name: 'REGEXP_REPLACE',
    doc: doc(
      'The first match replaced, with flag g every match; \\1 to \\9 are its groups, \\& is all of it.',
      "REGEXP_REPLACE('a1b22', '[0-9]+', '<\\&>', 'g')",
      'a<1>b<22>',
    ),
    forms: [form(STRING, ...text, STRING), form(STRING, ...text, STRING, STRING)],
    flags: 3,
    compute: replace,
  }),
  regexpFunction({
    name: 'REGEXP_EXTRACT',
    doc: doc(
      'The first match, or its n-th group; NULL where nothing matches.',
      "REGEXP_EXTRACT('a=1&channel=42', 'channel=([0-9]+)', 1)",
      '42',
    ),
    forms: [form(STRING, ...text), form(STRING, ...text, INT)],
    nullable: true,
    compute: extract,
  }),
  regexpFunction({
    name: 'REGEXP_SUBSTR',
    doc: doc(
      'The n-th match from a character on (both from 1), or a group of it; NULL where there is none.',
      "REGEXP_SUBSTR('a1b22c333', '[0-9]+', 1, 2)",
      '22',
    ),
    forms: [
      form(STRING, ...text),
      form(STRING, ...text, INT),
      form(STRING, ...text, INT, INT),
      form(STRING, ...text, INT, INT, STRING),
      form(STRING, ...text, INT, INT, STRING, INT),
    ],
    flags: 4,
    nullable: true,
    compute: substring,
  }),
  regexpFunction({
    name: 'REGEXP_SUBSTRING',
    doc: {
      call: "SUBSTRING(text FROM 'pattern'), REGEXP_SUBSTRING(text, pattern)",
      summary:
        'The first match of a regular expression, or its first group where it has one; NULL where nothing matches.',
      example: "REGEXP_SUBSTRING('millrace', 'l(.)a')",
      result: 'r',
    },
    forms: [form(STRING, ...text)],
    nullable: true,
    compute: substringOf,
  }),
  regexpFunction({
    name: 'REGEXP_COUNT',
    doc: doc('How often a regular expression matches.', "REGEXP_COUNT('a1b22c333', '[0-9]+')", '3'),
    forms: [form(INT, ...text), form(INT, ...text, INT), form(INT, ...text, INT, STRING)],
    flags: 3,
    compute: count,
  }),
  regexpFunction({
    name: 'REGEXP_INSTR',
    doc: doc('Where the n-th match begins, from 1; 0 where there is none.', "REGEXP_INSTR('millrace', 'r.c')", '5'),
    forms: [form(INT, ...text), form(INT, ...text, INT), form(INT, ...text, INT, INT)],
    compute: place,
  }),
];
