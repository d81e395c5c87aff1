import { useServices } from '../services.ts';

/** Keeps a view among those that open first. */
export function PinButton({ name }: { name: string }) {
  const { pinned } = useServices();
  const isPinned = pinned.value.includes(name);
  const toggle = (): void => {
    const others = pinned.value.filter((each) => each !== name);
    pinned.value = isPinned ? others : [name, ...others];
  };
  return (
    <button type="button" class="quiet pin" aria-pressed={isPinned} title="Keep on the overview" onClick={toggle}>
      <span aria-hidden="true">{isPinned ? '★' : '☆'}</span>
      <span class="sr-only">Keep {name} on the overview</span>
    </button>
  );
}
