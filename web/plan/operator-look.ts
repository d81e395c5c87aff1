import type { OperatorTextJson } from '../../server/protocol.ts';

/** `source`: where rows come in. `keeps`: holds state. `out`: what leaves the query. */
export type OperatorRole = 'source' | 'plain' | 'keeps' | 'out';

export interface OperatorLook {
  readonly title: string;
  readonly role: OperatorRole;
  /** What it does, the important first. */
  readonly lines: readonly string[];
}

/** What is said of an operator in its box. Kinds that are not known here show what the server says of them. */
export function operatorLook({ kind, text, state, mode, key }: OperatorTextJson): OperatorLook {
  const known = looks[kind];
  if (known) return known(text);
  if (kind === 'output') return { title: 'Output', role: 'out', lines: [outputLine(mode, key)] };
  return { title: titleOf(kind), role: state === null ? 'plain' : 'keeps', lines: [text] };
}

const looks: Readonly<Record<string, ((text: string) => OperatorLook) | undefined>> = {
  scan: scanLook,
  segment: segmentLook,
  values: (text) => ({ title: 'Values', role: 'source', lines: [text] }),
  join: (text) => joinLook(text),
};

function scanLook(text: string): OperatorLook {
  const [, name = text, columns = ''] = /^(.+?) \((.*?)\)/.exec(text) ?? [];
  return { title: name, role: 'source', lines: columns === '' ? [] : [columns] };
}

function segmentLook(text: string): OperatorLook {
  const [, filter, columns] = /^(?:filter (.*), )?project (.*)$/.exec(text) ?? [];
  if (filter === undefined) return { title: 'Project', role: 'plain', lines: [columns ?? text] };
  return { title: 'Filter', role: 'plain', lines: [filter, `→ ${columns}`] };
}

function joinLook(text: string): OperatorLook {
  const [, type, condition = text] = /^(\w+): (.*)$/.exec(text) ?? [];
  return { title: type === undefined ? 'Join' : `Join, ${type}`, role: 'keeps', lines: [condition] };
}

function outputLine(mode: string, key: readonly string[] | null): string {
  if (key === null) return mode;
  return key.length === 0 ? `${mode}, one row` : `${mode} by ${key.join(', ')}`;
}

/** `window-aggregate` → `Window aggregate`. */
function titleOf(kind: string): string {
  const words = kind.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
