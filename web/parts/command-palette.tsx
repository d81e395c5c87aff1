import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { pages } from '../panels/index.ts';
import { useServices, type Services } from '../services.ts';
import { type Command, matching } from '../state/palette.ts';
import { goTo } from '../state/route.ts';
import { Icon } from './icon.tsx';
import { Modal } from './modal.tsx';

/** Finds any page, view or stream by a few letters. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const services = useServices();
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const found = matching(commands(services), text);
  const chosen = Math.min(place, found.length - 1);
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [chosen]);
  const run = (command: Command | undefined): void => {
    if (!command) return;
    onClose();
    command.run();
  };
  /** What is typed quickly may not be drawn yet when Enter comes: then the first of what it finds is meant. */
  const chosenBy = (typed: string): Command | undefined =>
    typed === text ? found[chosen] : matching(commands(services), typed)[0];
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move !== undefined) setPlace((chosen + move + found.length) % Math.max(1, found.length));
    else if (event.key === 'Enter') run(chosenBy(event.currentTarget.value));
    else return;
    event.preventDefault();
  };
  return (
    <Modal label="Find" class="palette" onClose={onClose}>
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
        aria-label="Find a page, view or stream"
        placeholder="Find a page, view or stream"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setPlace(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" role="listbox" aria-label="Found" ref={list}>
        {found.map((command, index) => (
          <li
            key={`${command.kind} ${command.title}`}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            onPointerMove={() => setPlace(index)}
            onClick={() => run(command)}
          >
            <Icon name={command.icon} />
            <span class="clip">{command.title}</span>
            <small>{command.kind}</small>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="empty">Nothing is called so.</p>}
    </Modal>
  );
}

function commands({ status, theme }: Services): readonly Command[] {
  const { views = [], streams = [] } = status.status.value ?? {};
  const go = (page: string, name?: string) => () => goTo({ page, ...(name !== undefined && { name }) });
  return [
    ...pages.flatMap(({ page, title, entry }) =>
      entry ? [{ icon: entry.icon, title, kind: 'page', run: go(page) }] : [],
    ),
    ...views.map(({ item: { name, kind } }) => ({ icon: kind, title: name, kind, run: go('view', name) })),
    ...streams.map(({ item: { name, kind } }) => {
      const icon = kind === 'stream' ? kind : ('table' as const);
      return { icon, title: name, kind, run: go('stream', name) };
    }),
    ...(['system', 'light', 'dark'] as const).map((each) => ({
      icon: each,
      title: each === 'system' ? 'Light or dark as the system says' : `Look ${each}`,
      kind: 'theme',
      run: () => void (theme.value = each),
    })),
  ];
}
