import { type ProblemError, problem } from '../../runtime/errors/problem.ts';
import { suggest } from '../bind/suggest.ts';
import {
  type ConnectorInfo,
  type OptionInfo,
  type PlannerEnvironment,
  UNBUILT_CONNECTORS,
} from '../planner-environment.ts';
import type { CreateSink, CreateStream, Identifier, OptionNode } from '../sql/syntax.ts';
import { checkOption, optionMap, unknownOption } from './read-options.ts';

export interface StreamOptions {
  readonly connector: string;
  readonly format: string;
  /** Everything written but `connector` and `format`, names in lower case, values as texts. */
  readonly options: Readonly<Record<string, string>>;
}

/** The options of a stream and of its connector. Throws UNKNOWN_CONNECTOR, UNKNOWN_OPTION, INVALID_OPTION, UNSUPPORTED. */
export function streamOptions(node: CreateStream, environment: PlannerEnvironment): StreamOptions {
  const written = optionMap(node.options);
  const connector = findConnector(written.get('connector'), 'http', environment);
  if (!connector.source) {
    throw problem(
      'WRONG_KIND',
      `connector ${connector.name} takes rows, it gives none`,
      written.get('connector')?.span,
    );
  }
  const known = [...environment.streamOptions, ...connector.options];
  const names = ['connector', ...known.map((candidate) => candidate.name)];
  const texts = new Map<string, string>();
  for (const [name, option] of written) {
    if (name === 'connector') continue;
    const info = known.find((candidate) => candidate.name === name);
    if (info !== undefined) checkOption(info, option);
    else checkFieldOption(name, option, connector, node, names);
    texts.set(name, option.value);
  }
  requireOptions(connector.name, connector.options, written, node.name);
  const format = (texts.get('format') ?? 'json').toLowerCase();
  texts.delete('format');
  if (!connector.formats.includes(format)) {
    const message = `connector ${connector.name} makes its rows itself, not as ${format}`;
    throw problem('INVALID_OPTION', message, written.get('format')?.span, 'leave format out');
  }
  return { connector: connector.name, format, options: Object.fromEntries(texts) };
}

function findConnector(
  node: OptionNode | undefined,
  otherwise: string,
  environment: PlannerEnvironment,
): ConnectorInfo {
  const name = node?.value.trim().toLowerCase() ?? otherwise;
  const found = environment.connectors.find((connector) => connector.name === name);
  if (found !== undefined) return found;
  throw unknownConnector(name, node, environment);
}

function unknownConnector(name: string, node: OptionNode | undefined, environment: PlannerEnvironment): ProblemError {
  if (UNBUILT_CONNECTORS.has(name)) {
    const hint = 'http takes rows from whatever can POST them, file reads NDJSON and CSV';
    return problem('UNSUPPORTED', `connector ${name} is not supported yet`, node?.span, hint);
  }
  const known = environment.connectors.map((connector) => connector.name);
  return problem(
    'UNKNOWN_CONNECTOR',
    `no connector is called ${name}`,
    node?.span,
    suggest(name, known) ?? `known are ${known.join(', ')}`,
  );
}

/** `fields.<column>.<option>` of connectors that make their rows. */
function checkFieldOption(
  name: string,
  option: OptionNode,
  connector: ConnectorInfo,
  node: CreateStream,
  known: readonly string[],
): void {
  const [prefix, ...rest] = name.split('.');
  const last = rest.pop() ?? '';
  const column = rest.join('.');
  if (prefix !== 'fields' || column === '' || connector.fieldOptions.length === 0) {
    throw unknownOption(name, option, known, `connector ${connector.name}`);
  }
  const columns = node.columns.flatMap((each) => (each.body.kind === 'declared' ? each.name.text : []));
  if (!columns.includes(column))
    throw problem('UNKNOWN_COLUMN', `no column is called ${column}`, option.span, suggest(column, columns));
  if (!connector.fieldOptions.includes(last))
    throw unknownOption(last, option, connector.fieldOptions, `a field of connector ${connector.name}`);
}

function requireOptions(
  connector: string,
  known: readonly OptionInfo[],
  written: ReadonlyMap<string, OptionNode>,
  name: Identifier,
): void {
  const missing = known.find((option) => option.required && !written.has(option.name));
  if (missing === undefined) return;
  throw problem(
    'INVALID_OPTION',
    `connector ${connector} needs the option ${missing.name}`,
    written.get('connector')?.span ?? name.span,
  );
}

/** The options of a sink. */
export function sinkOptions(
  node: CreateSink,
  environment: PlannerEnvironment,
): Pick<StreamOptions, 'connector' | 'options'> {
  const written = optionMap(node.options);
  const given = written.get('connector');
  if (given === undefined)
    throw problem(
      'INVALID_OPTION',
      `sink ${node.name.text} needs a connector`,
      node.name.span,
      "WITH (connector = 'file', path = 'out.ndjson')",
    );
  const connector = findConnector(given, '', environment);
  if (!connector.sink) {
    throw problem(
      'UNSUPPORTED',
      `connector ${connector.name} cannot be a sink yet`,
      given.span,
      "use connector = 'file' or 'blackhole', or watch a materialized view",
    );
  }
  for (const [name, option] of written) {
    if (name === 'connector') continue;
    const known = [...environment.sinkOptions, ...connector.sinkOptions];
    const info = known.find((candidate) => candidate.name === name);
    if (info === undefined) {
      const names = known.map((each) => each.name);
      throw unknownOption(name, option, names, `connector ${connector.name}`);
    }
    checkOption(info, option);
  }
  requireOptions(connector.name, connector.sinkOptions, written, node.name);
  return {
    connector: connector.name,
    options: Object.fromEntries(
      [...written].filter(([name]) => name !== 'connector').map(([name, option]) => [name, option.value]),
    ),
  };
}
