import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';

export interface Tab {
  readonly id: string;
  readonly title: string;
  /** How many of something wait there; 0 is not shown. */
  readonly count?: number;
  readonly content: () => ComponentChildren;
}

/** One of several things about the same; arrows go from one to the next. Only the shown one exists. */
export function Tabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  const [chosen, setChosen] = useState(tabs[0]!.id);
  const id = useId();
  const at = Math.max(
    0,
    tabs.findIndex((tab) => tab.id === chosen),
  );
  const go = (event: KeyboardEvent): void => {
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setChosen(tabs.at(next % tabs.length)!.id);
    const buttons = (event.currentTarget as HTMLElement).querySelectorAll('button');
    [...buttons].at(next % tabs.length)?.focus();
  };
  return (
    <section class="panel tabs">
      <header>
        <div class="segments" role="tablist" aria-label={label} onKeyDown={go}>
          {tabs.map(({ id: name, title, count = 0 }, index) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              aria-selected={index === at}
              aria-controls={`${id}-panel`}
              tabIndex={index === at ? 0 : -1}
              onClick={() => setChosen(name)}
            >
              {title}
              {count > 0 && <small>{count}</small>}
            </button>
          ))}
        </div>
      </header>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${tabs[at]!.id}`}
        tabIndex={-1}
        key={tabs[at]!.id}
      >
        {tabs[at]!.content()}
      </div>
    </section>
  );
}
