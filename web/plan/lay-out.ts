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
/** Between two boxes along the flow, beside the words between them. */
const GAP = { down: 13, right: 11 };
const APART = 18;
const SWEEPS = 10;

/** Something with a place: a box, or where an edge passes a layer. Across and along the flow, in pixels. */
interface Place {
  readonly layer: number;
  readonly across: number;
  readonly along: number;
  /** Places of the neighbouring layers that it is joined with. */
  readonly before: Place[];
  readonly after: Place[];
  /** The middle, across. */
  x: number;
}

/**
 * Layers after Sugiyama, Tagawa and Toda (1981). Boxes stand in even layers, as near as can be to who reads them; each
 * edge has a place in every layer between, the first with room for words, so that neither meets a box or another edge.
 */
export function layOut(boxes: readonly Box[], flow: Flow): Drawing {
  const isDown = flow === 'down';
  const layerOf = layersOf(boxes);
  const placeOf = new Map<number, Place>();
  for (const { id, width, height } of boxes) {
    placeOf.set(id, newPlace(2 * layerOf.get(id)!, isDown ? width : height, isDown ? height : width));
  }
  const label = LABEL[flow];
  const words = isDown ? ([label.width, label.height] as const) : ([label.height, label.width] as const);
  const ways = boxes.flatMap(({ id, inputs }) =>
    inputs.map((input) => ({ from: input, to: id, way: joined(placeOf.get(input)!, placeOf.get(id)!, words) })),
  );
  const layers = orderedLayers([...placeOf.values()]);
  setAcross(layers);
  const { middles, length } = alongFlow(layers, GAP[flow]);
  const breadth = Math.max(...layers.flat().map(({ x, across }) => x + across / 2)) + MARGIN;
  const point = ({ x, layer }: Place, ahead = 0): Point => {
    const along = middles[layer]! + ahead;
    return isDown ? { x, y: along } : { x: along, y: x };
  };
  const places = boxes.map(({ id, width, height }) => {
    const { x, y } = point(placeOf.get(id)!);
    return [id, { x: x - width / 2, y: y - height / 2 }] as const;
  });
  const edges = ways.map(({ from, to, way }): DrawnEdge => {
    const [start, end] = [placeOf.get(from)!, placeOf.get(to)!];
    const points = [
      point({ ...start, x: rimOf(start, way[0]!) }, start.along / 2),
      ...way.map((place) => point(place)),
      point({ ...end, x: rimOf(end, way.at(-1)!) }, -end.along / 2),
    ];
    return { from, to, path: pathThrough(points), label: point(way[0]!) };
  });
  const [width, height] = isDown ? [breadth, length] : [length, breadth];
  return { width, height, boxes: new Map(places), edges };
}

/** Where an edge meets a box: on the side of where it comes from, so that several do not end in one point. */
function rimOf({ x, across }: Place, towards: Place): number {
  return x + Math.max(-across / 4, Math.min(across / 4, towards.x - x));
}

function newPlace(layer: number, across: number, along: number): Place {
  return { layer, across, along, before: [], after: [], x: 0 };
}

/** The layer of each box, from 0: behind all that it reads, and as near as can be to who reads it. */
function layersOf(boxes: readonly Box[]): ReadonlyMap<number, number> {
  const inOrder = boxes.toSorted((a, b) => a.id - b.id);
  const layers = new Map<number, number>();
  for (const { id, inputs } of inOrder) layers.set(id, Math.max(-1, ...inputs.map((input) => layers.get(input)!)) + 1);
  for (const { id } of inOrder.toReversed()) {
    const readers = boxes.filter(({ inputs }) => inputs.includes(id)).map((reader) => layers.get(reader.id)!);
    if (readers.length > 0) layers.set(id, Math.min(...readers) - 1);
  }
  const first = Math.min(...layers.values());
  return new Map([...layers].map(([id, layer]) => [id, layer - first]));
}

/** The places of an edge between two boxes, in every layer between theirs. */
function joined(from: Place, to: Place, [across, along]: readonly [number, number]): readonly Place[] {
  const way: Place[] = [];
  let last = from;
  for (let layer = from.layer + 1; layer <= to.layer; layer++) {
    const isWords = layer === from.layer + 1;
    const next = layer === to.layer ? to : newPlace(layer, isWords ? across : 0, isWords ? along : 0);
    last.after.push(next);
    next.before.push(last);
    if (next !== to) way.push(next);
    last = next;
  }
  return way;
}

/** The places layer by layer, in an order with few crossings: first as they are read, then by the middle of the neighbours. */
function orderedLayers(boxes: readonly Place[]): readonly (readonly Place[])[] {
  const layers: Place[][] = [];
  const seen = new Set<Place>();
  const visit = (place: Place): void => {
    if (seen.has(place)) return;
    seen.add(place);
    for (const each of place.before) visit(each);
    (layers[place.layer] ??= []).push(place);
  };
  for (const place of boxes.toSorted((a, b) => b.layer - a.layer)) visit(place);
  let best = layers.map((layer) => [...layer]);
  for (let sweep = 0; sweep < 8 && crossings(best) > 0; sweep++) {
    const side = sweep % 2 === 0 ? 'after' : 'before';
    const order = side === 'before' ? layers : layers.toReversed();
    for (const layer of order) {
      const middles = new Map(layer.map((place, at) => [place, middleOf(place[side], layers) ?? at] as const));
      layer.sort((a, b) => middles.get(a)! - middles.get(b)!);
    }
    if (crossings(layers) < crossings(best)) best = layers.map((layer) => [...layer]);
  }
  return best;
}

function middleOf(places: readonly Place[], layers: readonly (readonly Place[])[]): number | null {
  if (places.length === 0) return null;
  return places.reduce((sum, place) => sum + layers[place.layer]!.indexOf(place), 0) / places.length;
}

function crossings(layers: readonly (readonly Place[])[]): number {
  let count = 0;
  for (const [at, layer] of layers.entries()) {
    const ends = layer.map(({ after }) => after.map((place) => layers[at + 1]!.indexOf(place)));
    for (const [left, own] of ends.entries()) {
      for (const other of ends.slice(left + 1).flat()) count += own.filter((end) => end > other).length;
    }
  }
  return count;
}

/** Draws each place towards the middle of those it is joined with, as far as its layer leaves room; of its inputs at last. */
function setAcross(layers: readonly (readonly Place[])[]): void {
  for (const layer of layers) spread(layer, () => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const side = sweep % 2 === 0 ? 'after' : 'before';
    for (const layer of side === 'before' ? layers : layers.toReversed()) {
      spread(layer, (place) => {
        const near = place[side];
        return near.length === 0 ? place.x : near.reduce((sum, each) => sum + each.x, 0) / near.length;
      });
    }
  }
  const left = Math.min(...layers.flat().map(({ x, across }) => x - across / 2));
  for (const place of layers.flat()) place.x += MARGIN - left;
}

/**
 * Puts the places of a layer as near as can be (least squares) to where they are wanted, in their order and apart: an
 * isotonic regression by pooling adjacent violators.
 */
function spread(layer: readonly Place[], wanted: (place: Place) => number): void {
  const offsets: number[] = [];
  for (const [at, { across }] of layer.entries()) {
    const last = layer[at - 1];
    offsets.push(last ? offsets[at - 1]! + (last.across + across) / 2 + APART : 0);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [at, place] of layer.entries()) {
    let pool = { sum: wanted(place) - offsets[at]!, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  }
  const bases = pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count));
  for (const [at, place] of layer.entries()) place.x = bases[at]! + offsets[at]!;
}

/** The middle of each layer along the flow, and the length of the whole. */
function alongFlow(layers: readonly (readonly Place[])[], gap: number) {
  const middles: number[] = [];
  let end = MARGIN - gap;
  for (const layer of layers) {
    const depth = Math.max(...layer.map(({ along }) => along));
    middles.push(end + gap + depth / 2);
    end += gap + depth;
  }
  return { middles, length: end + MARGIN };
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
