import { useEffect, useMemo, useState } from 'preact/hooks';
import type { OperatorTextJson } from '../../server/protocol.ts';
import type { Drawing, DrawnEdge, Flow } from '../plan/lay-out.ts';
import { operatorLook } from '../plan/operator-look.ts';
import { bytesText, countText, rateText } from '../state/format.ts';
import { loadedModule } from '../state/loaded-module.ts';

/** What an operator does at this moment. Absent numbers are not shown. */
export interface OperatorNumbers {
  readonly rowsInPerSecond?: number;
  /** Shown on the edges that leave it; rows visibly flow where it is not 0. */
  readonly rowsOutPerSecond?: number;
  readonly stateRows?: number;
  readonly stateBytes?: number;
  /** Share of one core, 0 to 1. */
  readonly busy?: number;
  readonly late?: number;
  readonly watermark?: string | null;
}

interface PlanDrawingProps {
  readonly operators: readonly OperatorTextJson[];
  /** By operator id; none: the plan of something that does not run. */
  readonly numbers?: ReadonlyMap<number, OperatorNumbers>;
  readonly label: string;
  readonly flow?: Flow;
}

const WIDTH = 232;
const HEAD = 30;
const LINE = 15;
const FOOT = 9;
const LETTERS_PER_LINE = 30;
const LINES_MAX = 3;

const layOutModule = loadedModule(() => import('../plan/lay-out.ts'));

/** The operators of a query as boxes that rows flow through; one that is chosen says all about itself below. */
export function PlanDrawing({ operators, numbers, label, flow = 'down' }: PlanDrawingProps) {
  useEffect(() => layOutModule.load(), []);
  const [chosen, setChosen] = useState<number | null>(null);
  const layOut = layOutModule.value.value?.layOut;
  const shape = JSON.stringify(operators.map(({ id, inputs, kind, text }) => [id, inputs, kind, text]));
  const isLive = numbers !== undefined;
  const drawing = useMemo(
    () =>
      layOut?.(
        operators.map((operator) => boxOf(operator, isLive)),
        flow,
      ),
    [layOut, shape, flow, isLive],
  );
  const detail = operators.find(({ id }) => id === chosen);
  return (
    <div class="plan-drawing">
      <div class="plan-scroll" tabIndex={0} role="region" aria-label={label}>
        {drawing && (
          <div class="plan-canvas" style={{ width: `${drawing.width}px`, height: `${drawing.height}px` }}>
            <Edges drawing={drawing} operators={operators} numbers={numbers} />
            {operators.map((operator) => (
              <Operator
                key={operator.id}
                operator={operator}
                numbers={numbers?.get(operator.id)}
                place={drawing.boxes.get(operator.id)!}
                height={boxOf(operator, isLive).height}
                isChosen={operator.id === chosen}
                onChoose={() => setChosen(operator.id === chosen ? null : operator.id)}
              />
            ))}
          </div>
        )}
      </div>
      {detail && <Detail operator={detail} numbers={numbers?.get(detail.id)} />}
    </div>
  );
}

function boxOf(operator: OperatorTextJson, isLive: boolean) {
  const lines = operatorLook(operator).lines.map(linesOf);
  const shown = Math.min(
    LINES_MAX,
    lines.reduce((sum, each) => sum + each, 0),
  );
  const height = HEAD + shown * LINE + FOOT + (isLive ? LINE + 4 : 0);
  return { id: operator.id, inputs: operator.inputs, width: WIDTH, height };
}

/** Lines are broken between words; a word that is longer than a line goes over several. */
function linesOf(text: string): number {
  let lines = text === '' ? 0 : 1;
  let used = -1;
  for (const { length } of text.split(' ')) {
    if (used >= 0 && used + 1 + length > LETTERS_PER_LINE) {
      lines++;
      used = -1;
    }
    used += 1 + length;
    lines += Math.floor(Math.max(0, used - 1) / LETTERS_PER_LINE);
    used = used > LETTERS_PER_LINE ? used % LETTERS_PER_LINE : used;
  }
  return lines;
}

interface OperatorProps {
  readonly operator: OperatorTextJson;
  readonly numbers: OperatorNumbers | undefined;
  readonly place: { readonly x: number; readonly y: number };
  readonly height: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Operator({ operator, numbers, place, height, isChosen, onChoose }: OperatorProps) {
  const { title, role, lines } = operatorLook(operator);
  return (
    <button
      type="button"
      class="operator"
      data-role={role}
      data-operator={operator.id}
      aria-pressed={isChosen}
      style={{ left: `${place.x}px`, top: `${place.y}px`, width: `${WIDTH}px`, height: `${height}px` }}
      onClick={onChoose}
    >
      <span class="operator-title">
        <b class="clip">{title}</b>
        <Load busy={numbers?.busy} />
      </span>
      <span class="operator-text">{lines.join('\n')}</span>
      {numbers && <span class="operator-numbers">{factsOf(operator, numbers).join(' · ')}</span>}
    </button>
  );
}

/** How much of a core it takes. */
function Load({ busy }: { busy: number | undefined }) {
  if (busy === undefined) return null;
  const share = Math.min(1, Math.max(0, busy));
  return (
    <span class="operator-load" title={`${(100 * busy).toFixed(1)} % of a core`}>
      <i style={{ transform: `scaleX(${share.toFixed(3)})` }} />
    </span>
  );
}

function factsOf({ state }: OperatorTextJson, numbers: OperatorNumbers): readonly string[] {
  const { stateRows = 0, stateBytes = 0, late = 0, rowsOutPerSecond } = numbers;
  return [
    ...(rowsOutPerSecond === undefined ? [] : [`${rateText(rowsOutPerSecond)}/s`]),
    ...(state === null && stateBytes === 0 ? [] : [`${countText(stateRows)} rows`, bytesText(stateBytes)]),
    ...(late === 0 ? [] : [`${countText(late)} late`]),
  ];
}

interface EdgesProps {
  readonly drawing: Drawing;
  readonly operators: readonly OperatorTextJson[];
  readonly numbers: ReadonlyMap<number, OperatorNumbers> | undefined;
}

function Edges({ drawing, operators, numbers }: EdgesProps) {
  return (
    <svg width={drawing.width} height={drawing.height} aria-hidden="true">
      {drawing.edges.map((edge, index) => (
        <Edge
          key={index}
          edge={edge}
          mode={operators.find(({ id }) => id === edge.from)?.mode ?? ''}
          rate={numbers?.get(edge.from)?.rowsOutPerSecond}
        />
      ))}
    </svg>
  );
}

function Edge({ edge, mode, rate }: { edge: DrawnEdge; mode: string; rate: number | undefined }) {
  const isFlowing = rate !== undefined && rate >= 0.05;
  const thickness = 1.5 + Math.min(3, Math.log10(1 + (rate ?? 0)) / 2);
  const seconds = Math.max(0.25, 1.6 - Math.log10(1 + (rate ?? 0)) / 3);
  return (
    <g class={isFlowing ? 'edge flows' : 'edge'}>
      <path d={edge.path} style={{ strokeWidth: thickness.toFixed(1) }} />
      {isFlowing && <path class="rows" d={edge.path} style={{ animationDuration: `${seconds.toFixed(2)}s` }} />}
      <text x={edge.label.x} y={edge.label.y}>
        {rate === undefined ? mode : `${rateText(rate)}/s`}
      </text>
    </g>
  );
}

function Detail({ operator, numbers }: { operator: OperatorTextJson; numbers: OperatorNumbers | undefined }) {
  const { kind, text, mode, key, watermarkColumn, state } = operator;
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    ['rows leave as', mode],
    ['known by', key === null ? null : key.length === 0 ? 'being one row' : key.join(', ')],
    ['bounded by', watermarkColumn],
    ['keeps', state],
    ['watermark', numbers?.watermark],
  ];
  return (
    <div class="operator-detail" role="status">
      <p class="mono">
        <b>{kind}</b> {text}
      </p>
      <dl class="facts">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </div>
  );
}
