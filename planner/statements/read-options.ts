import { byteSize } from '../../runtime/catalog/byte-size.ts';
import { durationMs } from '../../runtime/catalog/duration.ts';
import { parseRetention } from '../../runtime/catalog/retention.ts';
import { unreachable } from '../../runtime/errors/assert.ts';
import { problem } from '../../runtime/errors/problem.ts';
import { suggest } from '../bind/suggest.ts';
import type { OptionInfo, OptionValue } from '../planner-environment.ts';
import type { OptionNode } from '../sql/syntax.ts';
import type { DeclaredPlace } from '../statement-plan.ts';

/** Options by name in lower case, each written once. Throws INVALID_OPTION. */
export function optionMap(nodes: readonly OptionNode[]): ReadonlyMap<string, OptionNode> {
  const options = new Map<string, OptionNode>();
  for (const node of nodes) {
    const name = optionName(node);
    if (options.has(name)) throw problem('INVALID_OPTION', `option ${name} is given twice`, node.span);
    options.set(name, node);
  }
  return options;
}

/** Column names inside of an option's name (`fields.Price.min`) keep their case. */
function optionName(node: OptionNode): string {
  const parts = node.name.text.split('.');
  return parts.length < 3
    ? node.name.text.toLowerCase()
    : [parts[0]?.toLowerCase(), ...parts.slice(1, -1), parts.at(-1)?.toLowerCase()].join('.');
}

/** Where the options stand. */
export function optionPlaces(nodes: readonly OptionNode[]): readonly DeclaredPlace[] {
  return nodes.map((node) => ({ kind: 'option', name: optionName(node), span: node.span }));
}

/** Throws UNKNOWN_OPTION with a hint. */
export function unknownOption(name: string, node: OptionNode, known: readonly string[], what: string): Error {
  return problem('UNKNOWN_OPTION', `${what} has no option ${name}`, node.span, suggest(name, known));
}

/** Checks one option's value. Throws INVALID_OPTION, or UNSUPPORTED for what is known and not built. */
export function checkOption(info: OptionInfo, node: OptionNode): void {
  const value = node.value.trim();
  if (info.unbuilt !== undefined)
    throw problem('UNSUPPORTED', `option ${info.name} is not supported yet`, node.span, info.unbuilt);
  const expected = expectedOf(info.value, value);
  if (expected !== null)
    throw problem('INVALID_OPTION', `option ${info.name} needs ${expected}, not '${node.value}'`, node.span);
}

/** What the value should have been; null: it is right. */
function expectedOf(kind: OptionValue, value: string): string | null {
  switch (kind.kind) {
    case 'text':
      return value.length > 0 ? null : 'a value';
    case 'word':
      return kind.words.includes(value.toLowerCase()) ? null : oneOf(kind.words);
    case 'number':
      return isNumber(value, kind) ? null : `a ${kind.whole ? 'whole ' : ''}number from ${kind.min} to ${kind.max}`;
    case 'duration': {
      const ms = durationMs(value);
      return ms !== null && ms >= kind.minMs
        ? null
        : `a length of time of at least ${kind.minMs} ms, such as '5 seconds'`;
    }
    case 'size':
      return (byteSize(value) ?? -1) >= kind.minBytes ? null : "a size such as '500 MB'";
    case 'retention':
      return parseRetention(value) !== null
        ? null
        : "a time such as '24 hours', a size such as '1 GB', both, 'none' or 'forever'";
    default:
      return unreachable(kind);
  }
}

function oneOf(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(' or ');
}

function isNumber(value: string, kind: Extract<OptionValue, { kind: 'number' }>): boolean {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return false;
  const number = Number(value);
  return number >= kind.min && number <= kind.max && (!kind.whole || Number.isInteger(number));
}
