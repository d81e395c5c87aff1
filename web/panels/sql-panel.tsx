import { useEffect, useRef, useState } from 'preact/hooks';
import { ErrorList } from '../parts/error-list.tsx';
import { ExampleGallery } from '../parts/example-gallery.tsx';
import { HistoryDialog } from '../parts/history-dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Modal } from '../parts/modal.tsx';
import { PlanPanel } from '../parts/plan-panel.tsx';
import { Progress } from '../parts/progress.tsx';
import { RunBar } from '../parts/run-bar.tsx';
import { SaveDialog } from '../parts/save-dialog.tsx';
import { ShareButton } from '../parts/share-button.tsx';
import { SqlEditor } from '../parts/sql-editor.tsx';
import { StatementResults } from '../parts/statement-results.tsx';
import { useShortcuts } from '../parts/use-shortcuts.ts';
import { WatchedQuery } from '../parts/watched-query.tsx';
import { useServices } from '../services.ts';
import { statementKind } from '../sql/statement-kind.ts';
import type { Vocabulary } from '../sql/vocabulary.ts';
import { loadedModule } from '../state/loaded-module.ts';
import { hrefOf } from '../state/route.ts';

const tryModule = loadedModule(() => import('./try-panel.tsx'));

type Front = 'examples' | 'history' | 'save' | null;

/** Where SQL is written, checked and drawn while one writes, run, watched and kept. */
export function SqlPanel() {
  const { workbench } = useServices();
  const [front, setFront] = useState<Front>(null);
  const [trying, setTrying] = useState(false);
  const select = useRef<(start: number, end?: number) => void>(() => {});
  useSharedText();
  useEffect(() => void workbench.learn(), [workbench]);
  useShortcuts([
    { keys: 'e', label: 'Examples', run: () => setFront('examples') },
    { keys: 'h', label: 'History', run: () => setFront('history') },
    { keys: 'i', label: 'Write', run: () => select.current(workbench.checked.text.peek().length) },
    { keys: 'mod+enter', label: 'Run', run: () => void workbench.run() },
    { keys: 'mod+shift+enter', label: 'Answer once', run: () => void workbench.answer() },
    { keys: 't', label: 'Try on given rows', run: () => setTrying(!trying) },
    { keys: 'mod+s', label: 'Save as a view', run: () => save() },
  ]);
  const save = (): void => {
    if (canSave(workbench.checked.text.peek())) setFront('save');
  };
  const close = (): void => setFront(null);
  return (
    <div class="workbench">
      <header class="page-head">
        <h1>Workbench</h1>
        <span class="spacer" />
        <button type="button" class="quiet" onClick={() => setFront('examples')}>
          <Icon name="book" /> <span class="wide-word">Examples</span>
        </button>
        <button type="button" class="quiet" onClick={() => setFront('history')}>
          <Icon name="history" /> <span class="wide-word">History</span>
        </button>
        <ShareButton />
      </header>
      <div class="bench">
        <Written select={select} onSave={save} trying={trying} onTry={() => setTrying(!trying)} />
        <PlanPanel />
      </div>
      {trying && <Trying onClose={() => setTrying(false)} />}
      <Results />
      {front === 'examples' && (
        <Modal label="Examples" class="examples" onClose={close}>
          <h2>Examples</h2>
          <ExampleGallery onTaken={close} />
        </Modal>
      )}
      {front === 'history' && <HistoryDialog onClose={close} />}
      {front === 'save' && <SaveDialog onClose={close} />}
    </div>
  );
}

function canSave(sql: string): boolean {
  return /^(?:follow|answer)$/.test(statementKind(sql));
}

/** Comes when somebody wants to try. */
function Trying({ onClose }: { onClose: () => void }) {
  useEffect(() => tryModule.load(), []);
  const module = tryModule.value.value;
  return module ? <module.TryPanel onClose={onClose} /> : <Progress text="Loading" />;
}

/** Takes the text of a shared link, once: the address then stands for the page again. */
function useSharedText(): void {
  const { route, workbench } = useServices();
  const { name } = route.value;
  useEffect(() => {
    if (name === undefined) return;
    workbench.open(name);
    window.history.replaceState(null, '', hrefOf({ page: 'sql' }));
  }, [route.value, workbench]);
}

interface WrittenProps {
  readonly select: { current: (start: number, end?: number) => void };
  readonly onSave: () => void;
  readonly trying: boolean;
  readonly onTry: () => void;
}

/** The editor, what is wrong with the text, and what can be done with it. */
function Written({ select, onSave, trying, onTry }: WrittenProps) {
  const { workbench } = useServices();
  const text = workbench.checked.text.value;
  const errors = workbench.errors.value;
  return (
    <section class="panel editor-panel" aria-label="Statement">
      <SqlEditor
        text={workbench.checked.text}
        errors={errors}
        vocabulary={useVocabulary()}
        onRun={() => void workbench.run()}
        onAnswer={() => void workbench.answer()}
        onSave={onSave}
        onReady={(ready) => (select.current = ready)}
      />
      <ErrorList text={text} errors={errors} onPlace={(start, end) => select.current(start, end)} />
      <RunBar canSave={canSave(text)} onSave={onSave} trying={trying} onTry={onTry} />
    </section>
  );
}

/** What there is now, asked when a completion is wanted. */
function useVocabulary(): () => Vocabulary {
  const { status, workbench } = useServices();
  return () => {
    const { views = [], streams = [] } = status.status.peek() ?? {};
    const shown = [...streams, ...views].map(({ item: { name, kind, columns } }) => ({ name, kind, columns }));
    return { relations: shown.filter(({ kind }) => kind !== 'sink'), functions: workbench.functions.peek() };
  };
}

/** What running came to; before anything ran, what could. */
function Results() {
  const { workbench } = useServices();
  const outcome = workbench.outcome.value;
  const watched = workbench.watched.value;
  return (
    <>
      <div aria-live="polite">{outcome && <StatementResults outcome={outcome} />}</div>
      {watched && <WatchedQuery key={JSON.stringify(watched)} subject={watched} />}
      {!outcome && !watched && (
        <section aria-labelledby="examples-title">
          <h2 id="examples-title">Examples, one click each</h2>
          <ExampleGallery />
        </section>
      )}
    </>
  );
}
