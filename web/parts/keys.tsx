import { keyNames } from '../state/shortcuts.ts';

const isMac = navigator.platform.startsWith('Mac');

/** A shortcut as it is on the keyboard. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span class="key-names">
      {keyNames(keys, isMac).map((name) => (
        <kbd key={name}>{name}</kbd>
      ))}
    </span>
  );
}
