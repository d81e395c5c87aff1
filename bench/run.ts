import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { duckdbLane } from './duckdb.ts';
import { latencyLane, startLane } from './latency.ts';
import { type Figure, fileLane, generatorLane } from './throughput.ts';

/** `npm run bench -- [--quick] [--json FILE]`: ratios within one run, as a table and as JSON. */
const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } } });
const rounds = values.quick ? 1 : 3;

const figures: Figure[] = [
  ...(await startLane()),
  ...(await latencyLane(values.quick ? 3 : 15)),
  ...(await fileLane(values.quick ? 300_000 : 3_000_000, rounds)),
  ...(await duckdbLane(values.quick ? 300_000 : 3_000_000, rounds)),
  ...(await generatorLane(values.quick ? 5_000_000 : 50_000_000, rounds)),
];

for (const { name, value, unit, goal, detail } of figures) {
  const aim = goal === null ? '' : `goal ${goal}`;
  console.log(`${name.padEnd(40)} ${value.toFixed(2).padStart(9)} ${unit.padEnd(9)} ${aim.padEnd(9)} ${detail}`);
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ figures }, null, 2)}\n`);
