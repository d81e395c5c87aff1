import type { OpenFile } from './open-file.ts';
import { edgesHold, type ReadMark, UNREAD } from './read-mark.ts';

/** One content that is followed: a partition. */
export class FollowedContent {
  readonly partition: string;
  readonly name: string;
  /** From 1, per name. */
  readonly generation: number;
  mark: ReadMark = UNREAD;
  /** Device and inode of its file; empty while it is not known. */
  identity = '';
  file: OpenFile | null = null;
  /** Where its file is now; null: under no name that matches. */
  at: string | null = null;
  /** State of the file when it was known to hold this content. */
  seen = '';
  ended = false;
  #goneAt: number | null = null;

  /** `app.log`, `app.log//2`: names of files never have two slashes. */
  constructor(partition: string) {
    this.partition = partition;
    const [name = '', generation = '1'] = partition.split('//');
    this.name = name;
    this.generation = Number(generation);
  }

  /** What was read of it so far. */
  stand(mark: ReadMark): void {
    this.mark = mark;
    if (mark.identity !== '' && this.identity === '') this.identity = mark.identity;
  }

  /** Whether what was read is still at the beginning of the file. */
  isIn(file: OpenFile): boolean {
    const { size, text } = file.look();
    if (this.#checked === `${text} ${this.mark.at}`) return true;
    if (size < this.mark.at || !edgesHold(this.mark, file.read)) return false;
    this.#checked = `${text} ${this.mark.at}`;
    return true;
  }

  #checked = '';

  /** Whether its own file, another one than this, still exists: it was renamed, not replaced. */
  isElsewhere(file: OpenFile): boolean {
    return this.file !== null && this.file.identity !== file.identity && !this.file.look().deleted;
  }

  take(file: OpenFile): void {
    if (this.file !== file) this.file?.close();
    this.file = file;
    this.identity = file.identity;
  }

  /** For how long it has been under no name that matches, ms. */
  goneFor(now: number): number {
    this.#goneAt = this.at === null ? (this.#goneAt ?? now) : null;
    return this.#goneAt === null ? 0 : now - this.#goneAt;
  }

  close(): void {
    this.file?.close();
    this.file = null;
  }
}
