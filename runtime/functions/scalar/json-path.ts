import { jsonElement, jsonElements, jsonKind, jsonMember, jsonMembers } from './json-scan.ts';

/** One step of a path such as `$.items[0].price`. */
export type JsonStep =
  | { readonly kind: 'member'; readonly key: string }
  | { readonly kind: 'members' }
  | { readonly kind: 'element'; readonly index: number; readonly fromEnd: boolean }
  | { readonly kind: 'elements' };

const STEP =
  /\s*(?:\.\s*(?:(\*)|([\p{L}_$][\p{L}\p{N}_$]*)|("(?:[^"\\]|\\.)*"))|\[\s*(?:(\*)|(\d{1,9})|(last)(?:\s*-\s*(\d{1,9}))?)\s*\])\s*/uy;

/**
 * Reads a path of the SQL standard as far as it has steps only: `$`, `.key`, `."any key"`, `.*`, `[n]`, `[last - n]`,
 * `[*]`, in lax mode. null: no such path.
 */
export function parseJsonPath(path: string): readonly JsonStep[] | null {
  const start = /^\s*(?:lax\s+)?\$/.exec(path);
  if (start === null) return null;
  const steps: JsonStep[] = [];
  STEP.lastIndex = start[0].length;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    const step = match === null ? null : stepOf(match);
    if (step === null) return null;
    steps.push(step);
  }
  return steps;
}

function stepOf([, everyMember, name, quoted, everyElement, index, last, before]: RegExpExecArray): JsonStep | null {
  if (everyMember !== undefined) return { kind: 'members' };
  if (name !== undefined) return { kind: 'member', key: name };
  if (quoted !== undefined) return quotedMember(quoted);
  if (everyElement !== undefined) return { kind: 'elements' };
  const fromEnd = last !== undefined;
  return { kind: 'element', index: Number((fromEnd ? before : index) ?? '0'), fromEnd };
}

function quotedMember(quoted: string): JsonStep | null {
  try {
    return { kind: 'member', key: JSON.parse(quoted) as string };
  } catch {
    return null;
  }
}

/**
 * The values that a path leads to. Lax: a member of an array is that of each element, and what is no array is the only
 * element of itself; what is not there is left out.
 */
export function followJsonPath(document: string, steps: readonly JsonStep[]): readonly string[] {
  let values: readonly string[] = [document];
  for (const step of steps) values = values.flatMap((value) => followStep(value, step));
  return values;
}

function followStep(value: string, step: JsonStep): readonly string[] {
  const isArray = jsonKind(value) === 'array';
  switch (step.kind) {
    case 'member':
      return (isArray ? [...jsonElements(value)] : [value]).flatMap((each) => jsonMember(each, step.key) ?? []);
    case 'members':
      return (isArray ? [...jsonElements(value)] : [value]).flatMap((each) =>
        [...jsonMembers(each)].map(([, one]) => one),
      );
    case 'elements':
      return isArray ? [...jsonElements(value)] : [value];
    default:
      if (!isArray) return step.index === 0 ? [value] : [];
      return [jsonElement(value, step.fromEnd ? -1 - step.index : step.index)].flatMap((one) => one ?? []);
  }
}
