import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ChangedIds, type LiveIds } from './changed-ids.ts';

/** Odd ids are live. */
const odd = liveIds(Uint8Array.from({ length: 600_001 }, (_, at) => at & 1));

function liveIds(marks: Uint8Array<ArrayBuffer>): LiveIds {
  return { marks, live: () => Int32Array.from([...marks.keys()].filter((id) => marks[id] === 1)) };
}

test('tells each changed id once, ascending, live or gone, however many ids there are', () => {
  const id = fc.oneof(fc.nat(40), fc.nat(5000), fc.integer({ min: 250_000, max: 600_000 }));
  const round = fc.record({ one: fc.option(id), many: fc.array(fc.oneof(fc.constant(-1), id), { maxLength: 30 }) });
  fc.assert(
    fc.property(fc.array(round, { maxLength: 6 }), fc.nat(3), (rounds, collectEvery) => {
      const changed = new ChangedIds();
      let model = new Set<number>();
      for (const [index, { one, many }] of rounds.entries()) {
        if (one !== null) changed.add(one);
        const limit = Math.max(0, ...many) + 1;
        changed.addAll(Int32Array.from([...many, 7]), many.length, limit);
        for (const added of [...many, one ?? -1]) if (added >= 0) model.add(added);
        expect(changed.any).toBe(model.size > 0);
        if (index % (collectEvery + 1) !== 0) continue;
        const all = [...model].sort((a, b) => a - b);
        const split = changed.split(odd);
        expect([...split.live]).toEqual(all.filter((at) => at % 2 === 1));
        expect([...split.gone]).toEqual(all.filter((at) => at % 2 === 0));
        changed.clear();
        model = new Set();
        expect(changed.any).toBe(false);
      }
    }),
    { numRuns: 60 },
  );
});

test('once most ids are marked all live ones count as changed, until the checkpoint; what is gone is told exactly', () => {
  const size = 100_000;
  const marks = new Uint8Array(2 * size).fill(1, 0, size);
  const changed = new ChangedIds();
  const hot = new Int32Array(size).fill(7);
  for (let slice = 0; slice < 3; slice++) changed.addMany(hot, size, size, size);
  expect([...changed.split(liveIds(marks)).live]).toEqual([7]);
  const most = Int32Array.from({ length: size * 0.6 }, (_, id) => id);
  for (let slice = 0; slice < 10; slice++) changed.addMany(most, most.length, size, size);
  marks[3] = 0;
  changed.add(3);
  expect(changed.split(liveIds(marks)).live).toEqual(
    Int32Array.from({ length: size - 1 }, (_, at) => (at < 3 ? at : at + 1)),
  );
  expect([...changed.split(liveIds(marks)).gone]).toEqual([3]);
  changed.clear();
  changed.addMany(hot, 1, size, size);
  expect([...changed.split(liveIds(marks)).live]).toEqual([7]);
});
