/** Edit distance with adjacent swaps (Damerau, restricted), cut off above `max`. */
export function editDistance(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) current.push(cell(a, b, row, column, current, previous, before));
    before = previous;
    previous = current;
  }
  return Math.min(previous[b.length] ?? max + 1, max + 1);
}

function cell(
  a: string,
  b: string,
  row: number,
  column: number,
  current: number[],
  previous: number[],
  before: number[],
): number {
  const change = a[row - 1] === b[column - 1] ? 0 : 1;
  const best = Math.min(
    (current[column - 1] ?? 0) + 1,
    (previous[column] ?? 0) + 1,
    (previous[column - 1] ?? 0) + change,
  );
  const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
  return swapped ? Math.min(best, (before[column - 2] ?? 0) + 1) : best;
}

/** `did you mean user_id?`, or nothing when no known name is near. Ties go to the name that comes first. */
export function suggest(wrong: string, known: Iterable<string>): string | undefined {
  const max = wrong.length <= 2 ? 1 : Math.min(3, Math.ceil(wrong.length / 3));
  const lower = wrong.toLowerCase().slice(0, 128);
  let best: string | undefined;
  let bestDistance = max + 1;
  for (const name of known) {
    const distance = editDistance(lower, name.toLowerCase().slice(0, 128), max);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best === undefined ? undefined : `did you mean ${best}?`;
}
