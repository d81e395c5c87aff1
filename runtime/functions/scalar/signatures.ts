import { castsImplicitly, commonTypeOf } from '../../types/common-type.ts';
import { type DataType, STRING, typeName } from '../../types/data-type.ts';
import type { Resolution, ScalarFunction, Signature } from '../scalar-function.ts';

/** Resolves to the first signature to which the arguments cast implicitly. */
export function signatures(name: string, ...forms: readonly Signature[]): ScalarFunction['resolve'] {
  return (args) => {
    const exact = forms.find(
      (form) => form.args.length === args.length && form.args.every((type, i) => type.kind === args[i]!.kind),
    );
    return exact ?? forms.find((form) => accepts(form, args)) ?? expectation(name, forms, args);
  };
}

function accepts(form: Signature, args: readonly DataType[]): boolean {
  return form.args.length === args.length && form.args.every((type, index) => castsImplicitly(args[index]!, type));
}

function expectation(name: string, forms: readonly Signature[], args: readonly DataType[]): string {
  return `${name} takes ${forms.map((form) => typeList(form.args)).join(' or ')}, not ${typeList(args)}`;
}

export function typeList(types: readonly DataType[]): string {
  return `(${types.map(typeName).join(', ')})`;
}

/** All arguments become their common type, which is also the result: COALESCE, GREATEST. Bare NULLs alone are STRING. */
export function resolveCommon(name: string, args: readonly DataType[], minimum: number): Resolution | string {
  if (args.length < minimum) return `${name} takes at least ${minimum} argument${minimum === 1 ? '' : 's'}`;
  const common = commonTypeOf(args);
  if (common === null) return `${name} takes arguments of one type, not ${typeList(args)}`;
  const type = common.kind === 'null' ? STRING : common;
  return { args: args.map(() => type), type };
}
