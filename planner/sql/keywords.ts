/** Words that PostgreSQL reserves as well and that would make a reading ambiguous: never a name unless quoted. */
const RESERVED = new Set(
  `ALL AND ANY AS ASC ASYMMETRIC BETWEEN BOTH CASE CAST CROSS DESC DISTINCT ELSE END EXCEPT EXISTS FALSE FETCH FOR FROM
  FULL GROUP HAVING ILIKE IN INNER INTERSECT INTO IS JOIN LATERAL LEADING LEFT LIKE LIMIT NATURAL NOT NULL OFFSET ON
  ONLY OR ORDER OUTER RIGHT SELECT SIMILAR SOME SYMMETRIC TABLE THEN TRAILING TRUE UNION USING WHEN WHERE WINDOW
  WITH`.split(/\s+/),
);

/** Names anywhere else, but after an expression or a relation they begin a clause (here or elsewhere), not an alias. */
const NEVER_BARE_ALIAS = new Set(
  `ANTI ASOF AT COLLATE CLUSTER DISTRIBUTE EMIT ESCAPE FILTER ISNULL MATCH_RECOGNIZE MINUS NOTNULL NULLS OVER OVERLAPS
  PARTITION PIVOT QUALIFY RETURNING SAMPLE SEMI SET SORT TABLESAMPLE TO UNPIVOT VALUES WATERMARK WITHIN`.split(/\s+/),
);

export function isReserved(upper: string): boolean {
  return RESERVED.has(upper);
}

export function mayBeBareAlias(upper: string): boolean {
  return !RESERVED.has(upper) && !NEVER_BARE_ALIAS.has(upper);
}

/** The expected word that a mistyped one most likely means; null when none is near. */
export function nearestWord(typed: string, expected: readonly string[]): string | null {
  const upper = typed.toUpperCase();
  if (upper.length > 40) return null;
  let best: string | null = null;
  let bestDistance = upper.length <= 3 ? 2 : 3;
  for (const word of expected) {
    const distance = editDistance(upper, word);
    if (distance < bestDistance && distance < word.length) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

/** Edits (insert, delete, replace, swap of neighbours) between two short words: optimal string alignment. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
