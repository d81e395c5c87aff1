import type { ViewJson } from '../../server/protocol.ts';
import { Meter } from './meter.ts';

/** What one operator does at this moment. */
export interface OperatorRate {
  readonly rowsInPerSecond: number;
  readonly rowsOutPerSecond: number;
  readonly stateRows: number;
  readonly stateBytes: number;
  /** Share of one core. */
  readonly busy: number;
  readonly late: number;
  readonly watermark: string | null;
}

interface Meters {
  readonly rowsIn: Meter;
  readonly rowsOut: Meter;
  readonly ms: Meter;
}

/** Turns the totals of a view's operators, read now and then, into what they do at this moment. */
export class OperatorRates {
  readonly #meters = new Map<number, Meters>();

  read({ plan, counters, watermark }: ViewJson, now: number): ReadonlyMap<number, OperatorRate> {
    const [counting] = plan.operators.filter(({ kind }) => /window|join/.test(kind));
    return new Map(
      plan.operators.map(({ id, rowsIn, rowsOut, stateRows, stateBytes, ms }) => {
        const meters = this.#metersOf(id);
        meters.rowsIn.read(rowsIn, now);
        meters.rowsOut.read(rowsOut, now);
        meters.ms.read(ms, now);
        const rate: OperatorRate = {
          rowsInPerSecond: meters.rowsIn.rate,
          rowsOutPerSecond: meters.rowsOut.rate,
          stateRows,
          stateBytes,
          busy: meters.ms.rate / 1000,
          late: counting?.id === id ? counters.late : 0,
          watermark,
        };
        return [id, rate];
      }),
    );
  }

  #metersOf(id: number): Meters {
    const known = this.#meters.get(id) ?? { rowsIn: new Meter(), rowsOut: new Meter(), ms: new Meter() };
    this.#meters.set(id, known);
    return known;
  }
}
