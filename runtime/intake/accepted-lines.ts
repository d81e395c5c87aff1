import type { DecodedBody } from './row-reader.ts';

/** The lines of a body's accepted rows, ascending. All refused rows of the body must be told. */
export function acceptedLines({ length, rejected, refused }: DecodedBody): number[] {
  const lines: number[] = [];
  let next = 0;
  for (let line = 0; line < length + rejected; line++) {
    if (refused[next]?.line === line) next++;
    else lines.push(line);
  }
  return lines;
}

/** Where each of the lines `of` stands among `lines`. Both ascend, and `lines` has all of them. */
export function ranksOf(of: readonly number[], lines: readonly number[]): number[] {
  let rank = 0;
  return of.map((line) => {
    while (lines[rank] !== line) rank++;
    return rank;
  });
}
