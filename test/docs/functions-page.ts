import { aggregateFunction, aggregateFunctionNames } from '../../runtime/functions/aggregate-functions.ts';
import { clockFunctions } from '../../runtime/functions/clock-functions.ts';
import { aggregateCall, functionCalls, isWord } from '../../runtime/functions/function-calls.ts';
import type { FunctionDoc } from '../../runtime/functions/scalar-function.ts';
import { functionGroups } from '../../runtime/functions/scalar-functions.ts';

interface PageEntry {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly calls: readonly string[];
  readonly doc: FunctionDoc;
}

interface PageGroup {
  readonly title: string;
  readonly entries: readonly PageEntry[];
}

/** Everything that docs/sql-functions.md shows, in its order. */
export function pageGroups(): readonly PageGroup[] {
  const scalars = functionGroups().map(({ title, functions }) => ({
    title,
    entries: functions.map((each) => ({ ...each, aliases: each.aliases ?? [], calls: functionCalls(each) })),
  }));
  const clock = clockFunctions().map(({ name, doc }) => ({ name, aliases: [], calls: [doc.call ?? name], doc }));
  return [...scalars, { title: 'The clock', entries: clock }, { title: 'Aggregates', entries: aggregates() }];
}

function aggregates(): readonly PageEntry[] {
  const definitions = new Set(aggregateFunctionNames().map((name) => aggregateFunction(name)!));
  return [...definitions].map((each) => ({ ...each, aliases: each.aliases ?? [], calls: [aggregateCall(each)] }));
}

const INTRODUCTION = `# SQL functions

Made from the functions' own descriptions by \`UPDATE=1 npx vitest run test/docs\`; each example is run by that test.
\`SHOW FUNCTIONS\` lists the same in a running server.

NULL in gives NULL out, unless a description says otherwise. Names may be written in any case. A row for which a function
has no result (division by zero, a text that is no number) is left out of that query and kept in \`<view>$errors\`. Texts are
counted in characters (code points), times are in UTC, and where systems differ PostgreSQL's meaning holds.

Regular expressions are matched in linear time, with RE2's syntax (no back references, no look-around) and PostgreSQL's
meaning: the longest of the leftmost matches unless a quantifier is lazy, \`.\` matches a line break too, \`^\` and \`$\` are the
ends of the text. A cast is written \`CAST(x AS type)\` or \`x::type\`; CASE, IN, BETWEEN, AND, OR and NOT are SQL's.

Aggregates take \`FILTER (WHERE ...)\` behind the bracket. NOW() and its like say when the micro-batch ran that computed the row,
and are asked once per row: \`WHERE ts > NOW() - INTERVAL '1' HOUR\` lets a row in or not, and it does not leave later. They are
refused over rows that can change, in the condition of a join, in DEFAULT and in computed columns (which have PROCTIME()).
`;

const PATTERNS = `## Patterns of TO_CHAR, TO_TIMESTAMP and TO_DATE

Times: \`YYYY\` \`YYY\` \`YY\` \`Y\` \`Y,YYY\` year, \`IYYY\` ISO year, \`CC\` century, \`Q\` quarter, \`MM\` \`MON\` \`MONTH\` \`RM\` month,
\`DD\` day, \`DDD\` day of the year, \`D\` \`ID\` \`DY\` \`DAY\` weekday, \`W\` \`WW\` \`IW\` week, \`J\` Julian day, \`HH\` \`HH12\` \`HH24\` hour,
\`MI\` minute, \`SS\` second, \`SSSS\` second of the day, \`MS\` \`US\` \`FF1\` ... \`FF6\` fraction, \`AM\` \`PM\` \`A.M.\` half of the day, \`AD\`
era, \`TZH\` \`TZM\` \`TZ\` \`OF\` zone. \`FM\` before a field leaves out its padding, \`TH\` behind it makes an ordinal, \`Month\`, \`month\` and
\`MONTH\` show their own case, texts stand in double quotes. Of these CC, D, IDDD, W, WW, IYY, IY, I, BC, TZ and OF can be printed, but not read.

Numbers: \`9\` digit, \`0\` digit that is always there, \`.\` or \`D\` point, \`,\` or \`G\` between groups, \`S\` \`MI\` \`PL\` \`SG\` sign, \`PR\` brackets
around negative numbers, \`FM\` without blanks, \`TH\` ordinal. A number that does not fit shows \`#\`.

DATE_FORMAT has Java's letters: \`y\` year, \`M\` month (\`MMM\` \`MMMM\` its name), \`d\` day, \`D\` day of the year, \`E\` \`EEEE\` weekday, \`u\` its
number, \`H\` \`k\` \`h\` \`K\` hour, \`m\` minute, \`s\` second, \`S\` fraction, \`a\` AM or PM.
`;

export function functionsPage(): string {
  return [INTRODUCTION, ...pageGroups().map(groupText), PATTERNS].join('\n');
}

function groupText({ title, entries }: PageGroup): string {
  const head = `## ${title}\n\n| Function | Meaning | Example | Result |\n|---|---|---|---|`;
  return `${head}\n${entries.map(entryText).join('\n')}\n`;
}

function entryText({ name, aliases, calls, doc }: PageEntry): string {
  const also = aliases.length === 0 ? '' : `; also ${aliases.map(code).join(', ')}`;
  const shown = isWord(name) || calls.length > 0 ? calls : [name];
  return `| ${shown.map(code).join('<br>')}${also} | ${cell(doc.summary)} | ${code(doc.example)} | ${code(doc.result)} |`;
}

/** Pipes would end the cell; a code span of nothing is none. */
function code(text: string): string {
  return text === '' ? '' : `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
