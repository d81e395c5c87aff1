/** To the nearest integer, halves away from zero; exact also for 0.49999999999999994. */
export function roundHalfAway(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}
