import { AheadRing, type SlotRows, SLOTS } from './ahead-ring.ts';
import { polledRows, RowReader } from './file-rows.ts';
import { OpenFile } from './open-file.ts';

/** Polls of one file, from a place on that is the start of a row. */
export interface FileRun {
  readonly run: number;
  readonly root: string;
  /** Relative to the root. */
  readonly name: string;
  /** Device and inode. */
  readonly identity: string;
  readonly from: number;
  readonly rowsMax: number;
  readonly bytesMax: number;
}

/**
 * The other thread's side of a run: reads what the next polls will give, cut by the same reader. What is not simply rows
 * (the end, a last line without a newline, a line that is too long, a failure) ends the run: the engine reads it itself.
 */
export class AheadFile {
  readonly #file: FileRun;
  readonly #ring: AheadRing;
  readonly #open: OpenFile | null;
  #at: number;
  #slot = 0;
  #ended = false;

  constructor(file: FileRun, memory: SharedArrayBuffer) {
    this.#file = file;
    this.#ring = new AheadRing(memory);
    this.#at = file.from;
    this.#open = tryOpen(file);
  }

  /** Reads the next rows into the next slot if that is empty; answers whether it was. */
  fill(): boolean {
    const { run } = this.#file;
    if (this.#ended || !this.#ring.isEmpty(this.#slot, run)) return false;
    const rows = this.#tryRead(this.#slot);
    this.#ring.fill(this.#slot, run, rows);
    this.#slot = (this.#slot + 1) % SLOTS;
    if (rows === null) this.#ended = true;
    else this.#at += rows.length;
    return true;
  }

  close(): void {
    this.#open?.close();
  }

  #tryRead(slot: number): SlotRows | null {
    try {
      return this.#open && this.#read(this.#open, this.#ring.bytes(slot));
    } catch {
      return null;
    }
  }

  #read(open: OpenFile, slot: Buffer): SlotRows | null {
    const { rowsMax, bytesMax } = this.#file;
    const { size } = open.look();
    if (this.#at >= size) return null;
    const reader = new RowReader('json', () => slot);
    const rows = reader.next(open.read, { at: this.#at, within: 0 }, { rowsMax, bytesMax, size, final: true }, true);
    // Rows that had to be copied are elsewhere.
    if (rows === null || rows.to.within !== 0 || rows.lines.buffer !== slot.buffer) return null;
    return { length: rows.lines.length, check: polledRows(rows, 0).check };
  }
}

/** null: the file is not the one that the engine reads, or cannot be opened. */
function tryOpen({ root, name, identity }: FileRun): OpenFile | null {
  try {
    const open = OpenFile.open(root, name);
    if (open.identity === identity) return open;
    open.close();
    return null;
  } catch {
    return null;
  }
}
