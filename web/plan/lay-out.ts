import { Graph, layout } from '@dagrejs/dagre';

export interface Box {
  readonly id: number;
  readonly inputs: readonly number[];
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Places in pixels; those of boxes are their upper left corners. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<number, Point>;
  readonly edges: readonly DrawnEdge[];
}

export interface DrawnEdge {
  readonly from: number;
  readonly to: number;
  /** Of an SVG path. */
  readonly path: string;
  /** The middle of the place that is left free for words. */
  readonly label: Point;
}

/** Rows flow downwards or to the right. */
export type Flow = 'down' | 'right';

const MARGIN = 2;
const LABEL = { down: { width: 74, height: 16 }, right: { width: 66, height: 16 } };
const BETWEEN_RANKS = { down: 26, right: 22 };

/** Layers after Sugiyama, by dagre. An operator that reads one other twice has two edges to it. */
export function layOut(boxes: readonly Box[], flow: Flow): Drawing {
  const graph = new Graph({ multigraph: true });
  const between = { nodesep: 18, edgesep: 12, ranksep: BETWEEN_RANKS[flow] };
  graph.setGraph({ rankdir: flow === 'down' ? 'TB' : 'LR', marginx: MARGIN, marginy: MARGIN, ...between });
  for (const { id, width, height } of boxes) graph.setNode(String(id), { width, height });
  for (const { id, inputs } of boxes) {
    inputs.forEach((input, place) =>
      graph.setEdge(String(input), String(id), { ...LABEL[flow], labelpos: 'c' }, String(place)),
    );
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const places = boxes.map(({ id, width: w, height: h }) => {
    const { x, y } = graph.node(String(id));
    return [id, { x: x! - w / 2, y: y! - h / 2 }] as const;
  });
  const edges = graph.edges().map((edge): DrawnEdge => {
    const { points, x, y } = graph.edge(edge);
    return { from: Number(edge.v), to: Number(edge.w), path: pathThrough(points!), label: { x: x!, y: y! } };
  });
  return { width, height, boxes: new Map(places), edges };
}

/** A smooth line: straight to the middle of each piece, bent around each point between. */
function pathThrough(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (!first || !last) return '';
  const bends = rest.map((point, index) => {
    const next = rest[index + 1] ?? last;
    return `Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`;
  });
  return [`M${at(first)}`, ...bends, `L${at(last)}`].join('');
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
