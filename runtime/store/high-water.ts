import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** An epoch that is known to be committed in the database of this instance. */
export interface HighWater {
  readonly instance: string;
  readonly epoch: number;
}

/**
 * The mark beside the database that shows when the database fell behind it: SQLite takes a lost or cut write-ahead log
 * for an older, sound state. The file is a witness, not a source: it is written late and without fsync, so it may be
 * missing, empty or old, and then says nothing or less.
 */
export function readHighWater(path: string): HighWater | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  const [instance, epoch, crc] = text.trim().split(' ');
  if (instance === undefined || epoch === undefined || crc !== sealOf(instance, epoch)) return null;
  return { instance, epoch: Number(epoch) };
}

/** Never fails: what the mark would witness is committed already, whether or not it can be written. */
export function writeHighWater(path: string, { instance, epoch }: HighWater): void {
  try {
    writeFileSync(`${path}.new`, `${instance} ${epoch} ${sealOf(instance, String(epoch))}\n`);
    renameSync(`${path}.new`, path);
  } catch {
    // A full disk is reported by the next commit.
  }
}

function sealOf(instance: string, epoch: string): string {
  return crc32(`millrace ${instance} ${epoch}`).toString(16).padStart(8, '0');
}
