import fc from 'fast-check';
import { expect, test } from 'vitest';
import { followJsonPath, parseJsonPath } from './json-path.ts';
import { jsonAsText, jsonElements, jsonKind, jsonMember, jsonMembers } from './json-scan.ts';

const layout = fc.constantFrom(undefined, 1, '\t');

test('members and elements are pieces of the text that mean what the whole means', () => {
  fc.assert(
    fc.property(fc.jsonValue(), layout, (value, space) => {
      const text = JSON.stringify(value, null, space);
      if (Array.isArray(value)) {
        expect([...jsonElements(text)].map((piece) => JSON.parse(piece))).toEqual(JSON.parse(text));
      } else if (typeof value === 'object' && value !== null) {
        const members = [...jsonMembers(text)].map(([key, piece]) => [key, JSON.parse(piece) as unknown]);
        expect(members).toEqual(Object.entries(JSON.parse(text) as object));
      } else expect([...jsonElements(text), ...jsonMembers(text)]).toEqual([]);
      expect(jsonKind(text)).toBe(kindOf(value));
    }),
    { numRuns: 1000 },
  );
});

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

test('a string loses its quotes and escapes, everything else stays as written', () => {
  expect(jsonAsText(' "a\\"\\u00e9\\n" ')).toBe('a"é\n');
  expect(jsonAsText('1.50')).toBe('1.50');
  expect(jsonAsText('null')).toBeNull();
  expect(jsonMember('{"__proto__":1,"a":{"b":"}"},"a":2}', 'a')).toBe('2');
  expect(jsonMember('{"__proto__":1}', '__proto__')).toBe('1');
  expect(jsonMember('{}', 'constructor')).toBeNull();
});

test('a path leads through arrays as the standard says', () => {
  const follow = (document: string, path: string) => followJsonPath(document, parseJsonPath(path)!);
  const document = '{"a":[{"b":1},{"b":[2,3]},{"c":4}],"x y":5}';
  expect(follow(document, '$')).toEqual([document]);
  expect(follow(document, '$.a.b')).toEqual(['1', '[2,3]']);
  expect(follow(document, '$.a[1].b[last]')).toEqual(['3']);
  expect(follow(document, '$.a[last - 1].b[*]')).toEqual(['2', '3']);
  expect(follow(document, 'lax $."x y"[0]')).toEqual(['5']);
  expect(follow(document, '$.*')).toEqual(['[{"b":1},{"b":[2,3]},{"c":4}]', '5']);
  expect(follow(document, '$.a[9]')).toEqual([]);
});

test.each(['', 'a', '$.', '$[', '$[-1]', '$..a', 'strict $.a', '$.a b', '$[1 to 2]', '$.a ? (@ > 1)', '$."a'])(
  '%j is no path',
  (path) => expect(parseJsonPath(path)).toBeNull(),
);
