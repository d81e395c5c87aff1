import { BOOLEAN, type DataType, INT, JSON_TYPE, STRING } from '../../types/data-type.ts';
import type { Value } from '../../types/value.ts';
import type { FunctionDoc, Resolution, ScalarFunction } from '../scalar-function.ts';
import { followJsonPath, type JsonStep, parseJsonPath } from './json-path.ts';
import { jsonAsText, jsonElement, jsonElements, jsonKind, jsonMember } from './json-scan.ts';
import { keepLast } from './keep-last.ts';
import { typeList } from './signatures.ts';
import { form, invalidArgument, strictFunction } from './strict-function.ts';

type Constants = readonly (Value | undefined)[] | undefined;

/** JSON, or a text that stands for it as a literal. */
function isDocument(type: DataType, constant: Value | undefined): boolean {
  return type.kind === 'json' || type.kind === 'null' || (type.kind === 'string' && typeof constant === 'string');
}

/** `->` and `->>`: by key or by place. */
function accessor(name: string, type: DataType, shape: (part: string) => Value, doc: FunctionDoc): ScalarFunction {
  return {
    name,
    doc,
    nulls: 'custom',
    nullable: () => true,
    resolve: (args, constants) => resolveAccess(name, args, constants, type),
    evaluate: ([document, key]) => {
      if (document === null || key === null) return null;
      const text = document as string;
      const part = typeof key === 'number' ? jsonElement(text, key) : jsonMember(text, key as string);
      return part === null ? null : shape(part);
    },
  };
}

function resolveAccess(
  name: string,
  args: readonly DataType[],
  constants: Constants,
  type: DataType,
): Resolution | string {
  const [document, key] = args;
  if (args.length !== 2) return `${name} takes two arguments`;
  if (!isDocument(document!, constants?.[0]) || !['string', 'int', 'null'].includes(key!.kind)) {
    return `${name} takes (JSON, STRING) or (JSON, INT), not ${typeList(args)}`;
  }
  return { args: [JSON_TYPE, key!.kind === 'int' ? INT : STRING], type };
}

/** `#>` and `#>>`: keys and places one after the other, written `{a,0,"b c"}`. */
function pathAccessor(name: string, type: DataType, shape: (part: string) => Value, doc: FunctionDoc): ScalarFunction {
  return {
    name,
    doc,
    nulls: 'custom',
    nullable: () => true,
    resolve: (args, constants) => {
      if (args.length !== 2) return `${name} takes two arguments`;
      const path = args[1]!;
      if (!isDocument(args[0]!, constants?.[0]) || (path.kind !== 'string' && path.kind !== 'null')) {
        return `${name} takes (JSON, STRING), not ${typeList(args)}`;
      }
      return { args: [JSON_TYPE, STRING], type };
    },
    evaluate: ([document, path]) => {
      if (document === null || path === null) return null;
      let part: string | null = document as string;
      for (const key of keysOf(path as string)) part = part === null ? null : childOf(part, key);
      return part === null ? null : shape(part);
    },
  };
}

const keysOf = keepLast((path: string): readonly string[] => {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(path)?.[1];
  const keys = inner === undefined ? null : readKeys(inner.trim());
  if (keys === null) throw invalidArgument(`${JSON.stringify(path.slice(0, 60))} is no path such as {a,0}`);
  return keys;
});

function readKeys(inner: string): readonly string[] | null {
  if (inner === '') return [];
  const keys: string[] = [];
  const key = /\s*(?:"((?:[^"\\]|\\.)*)"|([^,"{}\\\s](?:[^,"{}\\]*[^,"{}\\\s])?))\s*(,|$)/y;
  for (let more = true; more; ) {
    const match = key.exec(inner);
    if (match === null) return null;
    keys.push(match[2] ?? match[1]!.replaceAll(/\\(.)/gs, '$1'));
    more = match[3] === ',';
  }
  return keys;
}

function childOf(part: string, key: string): string | null {
  if (jsonKind(part) !== 'array') return jsonMember(part, key);
  return /^\s*[+-]?\d{1,9}\s*$/.test(key) ? jsonElement(part, Number(key)) : null;
}

/** Functions with a path of the SQL standard. A path that is a literal is read when the query is planned. */
function pathFunction(
  name: string,
  type: DataType,
  compute: (found: readonly string[]) => Value,
  doc: FunctionDoc,
): ScalarFunction {
  return {
    name,
    doc,
    nulls: 'custom',
    nullable: () => true,
    resolve: (args, constants) => resolvePath(name, args, constants, type),
    evaluate: ([document, path]) => {
      if (document === null || path === null) return null;
      return compute(followJsonPath(document as string, stepsOf(path as string)));
    },
  };
}

function resolvePath(
  name: string,
  args: readonly DataType[],
  constants: Constants,
  type: DataType,
): Resolution | string {
  const [document, path] = args;
  const isText = document?.kind === 'string' || document?.kind === 'json' || document?.kind === 'null';
  if (args.length !== 2 || !isText || (path!.kind !== 'string' && path!.kind !== 'null')) {
    return `${name} takes (JSON, STRING) or (STRING, STRING), not ${typeList(args)}`;
  }
  const constant = constants?.[1];
  if (typeof constant === 'string' && parseJsonPath(constant) === null) return noPath(constant);
  return { args: [JSON_TYPE, STRING], type };
}

const stepsOf = keepLast((path: string): readonly JsonStep[] => {
  const steps = parseJsonPath(path);
  if (steps === null) throw invalidArgument(noPath(path));
  return steps;
});

function noPath(path: string): string {
  return `${JSON.stringify(path.slice(0, 60))} is no path here; paths are made of $, .key, ."any key", .*, [n], [last] and [*]`;
}

/** The text of the one scalar; NULL for none, several, objects and arrays. */
function scalarText(found: readonly string[]): string | null {
  const [only] = found;
  if (only === undefined || found.length > 1) return null;
  const kind = jsonKind(only);
  return kind === 'object' || kind === 'array' ? null : jsonAsText(only);
}

const doc = (summary: string, example: string, result: string): FunctionDoc => ({ summary, example, result });

function pathDoc(name: string, summary: string, example: string, result: string): FunctionDoc {
  return { call: `${name}(document JSON or STRING, path STRING)`, summary, example, result };
}

export const jsonFunctions: readonly ScalarFunction[] = [
  accessor(
    '->',
    JSON_TYPE,
    (part) => part,
    doc(
      'A member of a JSON object by key, or an element of an array by place (from 0, or from -1 at the end).',
      `CAST('{"a": [1, 2.50]}' AS JSON) -> 'a' -> 1`,
      '2.50',
    ),
  ),
  accessor(
    '->>',
    STRING,
    jsonAsText,
    doc('The same as ->, as a text: strings without quotes, null as NULL.', `'{"a": "b"}' ->> 'a'`, 'b'),
  ),
  pathAccessor(
    '#>',
    JSON_TYPE,
    (part) => part,
    doc(
      'The part of a JSON value at the end of a path of keys and places.',
      `'{"a": [{"b": 7}]}' #> '{a,0}'`,
      '{"b": 7}',
    ),
  ),
  pathAccessor(
    '#>>',
    STRING,
    jsonAsText,
    doc('The same as #>, as a text.', `'{"a": [{"b": "c"}]}' #>> '{a,0,b}'`, 'c'),
  ),
  pathFunction(
    'JSON_VALUE',
    STRING,
    scalarText,
    pathDoc(
      'JSON_VALUE',
      'The text of the scalar that a path leads to; NULL where there is none, or an object or array.',
      `JSON_VALUE('{"a": {"b": [1, "x"]}}', '$.a.b[1]')`,
      'x',
    ),
  ),
  pathFunction(
    'JSON_QUERY',
    JSON_TYPE,
    (found) => (found.length === 1 ? found[0]! : null),
    pathDoc(
      'JSON_QUERY',
      'The JSON value that a path leads to; NULL where there is none or several.',
      `JSON_QUERY('{"a": [1, 2]}', '$.a')`,
      '[1, 2]',
    ),
  ),
  pathFunction(
    'JSON_EXISTS',
    BOOLEAN,
    (found) => found.length > 0,
    pathDoc('JSON_EXISTS', 'Whether a path leads anywhere.', `JSON_EXISTS('{"a": [1, 2]}', '$.a[2]')`, 'false'),
  ),
  strictFunction({
    name: 'JSON_ARRAY_LENGTH',
    doc: doc('The number of elements of a JSON array.', `JSON_ARRAY_LENGTH(CAST('[1, [2, 3]]' AS JSON))`, '2'),
    forms: [form(INT, JSON_TYPE)],
    compute: (text: string) => {
      if (jsonKind(text) !== 'array') throw invalidArgument('JSON_ARRAY_LENGTH takes an array');
      return [...jsonElements(text)].length;
    },
  }),
  strictFunction({
    name: 'JSON_TYPEOF',
    aliases: ['JSON_TYPE'],
    doc: doc(
      'What a JSON value is: object, array, string, number, boolean or null.',
      `JSON_TYPEOF(CAST('[1]' AS JSON))`,
      'array',
    ),
    forms: [form(STRING, JSON_TYPE)],
    compute: jsonKind,
  }),
];
