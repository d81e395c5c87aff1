/**
 * Plans, definitions and other plain data as JSON text. A bigint travels as `{ "bigint": "..." }`, a number that JSON
 * has no word for as `{ "double": "NaN" }`; decode(encode(x)) equals x. Names of members never collide with these two,
 * as plain data holds no other object with a single member of that name.
 */
export function encodePlan(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => encodeMember(member));
}

function encodeMember(member: unknown): unknown {
  if (typeof member === 'bigint') return { bigint: member.toString() };
  if (typeof member === 'number' && (!Number.isFinite(member) || Object.is(member, -0)))
    return { double: numberName(member) };
  return member;
}

function numberName(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The caller names the type: the text was made by encodePlan from a value of it. */
export function decodePlan<T>(text: string): T {
  return JSON.parse(text, (_name, member: unknown) => decodeMember(member)) as T;
}

function decodeMember(member: unknown): unknown {
  if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
  const [entry, ...others] = Object.entries(member);
  if (entry === undefined || others.length > 0 || typeof entry[1] !== 'string') return member;
  if (entry[0] === 'bigint') return BigInt(entry[1]);
  return entry[0] === 'double' ? Number(entry[1]) : member;
}
