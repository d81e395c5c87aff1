/** Of `KB` and `KiB` and so on: 1024 each, as memory and pages count. */
const POWERS = ['', 'K', 'M', 'G', 'T'];

/** `'500 MB'`, `'1.5GB'`, `'64 KiB'`, `'100 B'` in bytes; null: no size of whole bytes. */
export function byteSize(text: string): number | null {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)\s*([KMGT]?)i?B$/i.exec(text.trim()) ?? [];
  if (amount === undefined) return null;
  const bytes = Math.round(Number(amount) * 1024 ** POWERS.indexOf(unit.toUpperCase()));
  return Number.isSafeInteger(bytes) ? bytes : null;
}
