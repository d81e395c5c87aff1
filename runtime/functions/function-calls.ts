import { type DataType, typeName } from '../types/data-type.ts';
import type { AggregateFunction } from './aggregate-function.ts';
import type { ScalarFunction, Signature } from './scalar-function.ts';

/** How a function is called, for people: `LPAD(STRING, INT [, STRING]) → STRING`. */
export function functionCalls(definition: ScalarFunction): readonly string[] {
  const { name, doc, forms } = definition;
  if (doc.call !== undefined) return [doc.call];
  if (forms === undefined) return [`a ${name} b`];
  return withOptions(forms).map(({ args, optional, type }) => {
    const result = typeName(type);
    if (!isWord(name)) return `${typeName(args[0]!)} ${name} ${typeName(args[1]!)} → ${result}`;
    const more = optional.map((each) => ` [, ${typeName(each)}`).join('') + ']'.repeat(optional.length);
    return `${name}(${args.map(typeName).join(', ')}${more}) → ${result}`;
  });
}

export function aggregateCall({ name, doc }: AggregateFunction): string {
  return doc.call ?? `${name}([DISTINCT] value)`;
}

/** Operators stand between their arguments. */
export function isWord(name: string): boolean {
  return /^[A-Z]\w*$/.test(name);
}

interface Form extends Signature {
  readonly optional: readonly DataType[];
}

/** A form that only goes on where the one before it ended is that form with an optional argument. */
function withOptions(forms: readonly Signature[]): readonly Form[] {
  const merged: Form[] = [];
  for (const form of forms) {
    const last = merged.at(-1);
    const before = last === undefined ? [] : [...last.args, ...last.optional];
    const goesOn =
      last !== undefined &&
      form.type.kind === last.type.kind &&
      form.args.length === before.length + 1 &&
      before.every((type, index) => type.kind === form.args[index]!.kind);
    if (goesOn) merged.splice(-1, 1, { ...last, optional: [...last.optional, form.args.at(-1)!] });
    else merged.push({ ...form, optional: [] });
  }
  return merged;
}
