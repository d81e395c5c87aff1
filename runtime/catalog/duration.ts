const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ...['ms', 'millisecond', 'milliseconds'].map((unit) => [unit, 1] as const),
  ...['s', 'sec', 'second', 'seconds'].map((unit) => [unit, 1000] as const),
  ...['m', 'min', 'minute', 'minutes'].map((unit) => [unit, 60_000] as const),
  ...['h', 'hour', 'hours'].map((unit) => [unit, 3_600_000] as const),
  ...['d', 'day', 'days'].map((unit) => [unit, 86_400_000] as const),
]);

/** `'5 seconds'`, `'100ms'`, `'1.5 h'` in ms; null: no length of time of whole milliseconds. */
export function durationMs(text: string): number | null {
  const [, amount, unit = ''] = /^(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]+)$/.exec(text.trim()) ?? [];
  const length = UNIT_MS.get(unit.toLowerCase());
  if (amount === undefined || length === undefined) return null;
  const ms = Number(amount) * length;
  return Number.isSafeInteger(ms) ? ms : null;
}
