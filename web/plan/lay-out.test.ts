import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Box, type Drawing, type Flow, layOut } from './lay-out.ts';

/** Any plan: each operator reads some of those before it, and one may be read twice by the same. */
const plans = fc
  .array(fc.tuple(fc.array(fc.nat(), { maxLength: 2 }), fc.integer({ min: 30, max: 90 })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((drawn) =>
    drawn.map(([picks, height], id): Box => {
      const inputs = id === 0 ? [] : picks.map((pick) => pick % id);
      return { id, inputs, width: 200, height };
    }),
  );

function overlapping(boxes: readonly Box[], drawing: Drawing): number {
  const placed = boxes.map((box) => ({ ...box, ...drawing.boxes.get(box.id)! }));
  return placed.filter((a) =>
    placed.some(
      (b) => a.id < b.id && a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height,
    ),
  ).length;
}

test.each(['down', 'right'] as const)(
  'boxes lie apart, within the drawing, and after what they read (%s)',
  (flow: Flow) => {
    fc.assert(
      fc.property(plans, (boxes) => {
        const drawing = layOut(boxes, flow);
        const along = flow === 'down' ? 'y' : 'x';
        expect(overlapping(boxes, drawing)).toBe(0);
        for (const { id, inputs, width, height } of boxes) {
          const { x, y } = drawing.boxes.get(id)!;
          expect(x >= 0 && y >= 0 && x + width <= drawing.width && y + height <= drawing.height).toBe(true);
          for (const input of inputs)
            expect(drawing.boxes.get(input)![along]).toBeLessThan(drawing.boxes.get(id)![along]);
        }
        expect(drawing.edges).toHaveLength(boxes.reduce((sum, { inputs }) => sum + inputs.length, 0));
      }),
      { numRuns: 60 },
    );
  },
);

test.each(['down', 'right'] as const)('a chain is one straight line (%s)', (flow) => {
  const boxes = Array.from(
    { length: 5 },
    (_, id): Box => ({ id, inputs: id === 0 ? [] : [id - 1], width: 200, height: 40 }),
  );
  const { boxes: places } = layOut(boxes, flow);
  const across = [...places.values()].map(({ x, y }) => Math.round(flow === 'down' ? x : y));
  expect(new Set(across).size).toBe(1);
});

test('a tree has its inputs from left to right, its reader in their middle, and no words over a box', () => {
  const box = (id: number, ...inputs: number[]): Box => ({ id, inputs, width: 200, height: 40 });
  const boxes = [box(0), box(1), box(2, 1), box(3, 0, 2), box(4, 3)];
  const { boxes: places, edges } = layOut(boxes, 'down');
  const middle = (id: number): number => places.get(id)!.x + 100;
  expect(places.get(0)!.y).toBe(places.get(2)!.y);
  expect(middle(0)).toBeLessThan(middle(2));
  expect(middle(3)).toBeCloseTo((middle(0) + middle(2)) / 2, 0);
  const isUnder = ({ x, y }: { x: number; y: number }): boolean =>
    [...places.values()].some((place) => x > place.x && x < place.x + 200 && y > place.y && y < place.y + 40);
  expect(edges.filter(({ label }) => isUnder(label))).toEqual([]);
});
