import type { Connector } from './connector.ts';
import { OptionReader } from './read-options.ts';

/** Computes rows and lets them go: for measuring, and for queries that matter by their state. */
export const blackhole: Connector = {
  name: 'blackhole',
  summary: 'a sink that counts its rows and lets them go',
  options: [],
  writable: false,
  source: null,
  sink: ({ options }) => {
    new OptionReader('blackhole', options).refuseUnknown([]);
    return { kind: 'discard' };
  },
};
