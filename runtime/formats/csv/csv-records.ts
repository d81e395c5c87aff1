const QUOTE = 34;
const COMMA = 44;
const NEWLINE = 10;

/**
 * Where a scan stands within a record (RFC 4180): in a plain cell, between quotes, behind a quote that
 * ends the cell or is the first of two, or at the start of a cell. A quote within a plain cell is text: such a record is refused later.
 */
export const IN_PLAIN = 1;
const IN_QUOTES = 2;
const AFTER_QUOTE = 3;
export const CELL_START = 4;

/** Finds where records end. Each byte is looked at once. */
export class RecordScan {
  /** After `next`: where the scan stands. */
  state = CELL_START;

  /** The position behind the newline that ends the record, or -1 when it does not end before `end`. */
  next(bytes: Uint8Array, start: number, end: number): number {
    let state = this.state;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (state === IN_QUOTES) {
        if (byte === QUOTE) state = AFTER_QUOTE;
      } else if (byte === QUOTE) {
        state = state === IN_PLAIN ? IN_PLAIN : IN_QUOTES;
      } else if (byte === NEWLINE) {
        this.state = CELL_START;
        return at + 1;
      } else state = byte === COMMA ? CELL_START : IN_PLAIN;
    }
    this.state = state;
    return -1;
  }
}
