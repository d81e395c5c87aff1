import type { IconName } from '../parts/icon.tsx';

/** Something that can be found by name and done. */
export interface Command {
  readonly icon: IconName;
  readonly title: string;
  /** What kind of thing it is. */
  readonly kind: string;
  readonly run: () => void;
}

/** Those that hold every word of the text, titles that begin with it first; else in the order given. */
export function matching(commands: readonly Command[], text: string): readonly Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ title, kind }) => {
    const all = `${title} ${kind}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const begins = ({ title }: Command): number => (title.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1);
  return found.sort((a, b) => begins(a) - begins(b));
}
