import { useState } from 'preact/hooks';
import { useServices } from '../services.ts';
import { agoText } from '../state/format.ts';
import { Icon } from './icon.tsx';
import { Modal } from './modal.tsx';
import { SqlSegments } from './sql-text.tsx';

/** What was run in this browser; a click writes it again. */
export function HistoryDialog({ onClose }: { onClose: () => void }) {
  const { workbench } = useServices();
  const [words, setWords] = useState('');
  const past = workbench.history.past.value;
  const found = past.filter(({ sql }) => sql.toLowerCase().includes(words.toLowerCase()));
  return (
    <Modal label="History" class="history" onClose={onClose}>
      <header>
        <h2>History</h2>
        <input
          type="search"
          aria-label="Search the history"
          placeholder="Search"
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
        <button type="button" class="quiet icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <ul>
        {found.map(({ sql, at }) => (
          <li key={sql}>
            <button
              type="button"
              onClick={() => {
                workbench.open(sql);
                onClose();
              }}
            >
              <code>
                <SqlSegments sql={sql} errors={[]} />
              </code>
              <small>{agoText(Date.now() - at)}</small>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p class="empty">{past.length === 0 ? 'Nothing was run here yet.' : 'No statement contains this.'}</p>
      )}
      {past.length > 0 && (
        <footer>
          <span class="dim">Kept in this browser only.</span>
          <button type="button" class="quiet" onClick={() => workbench.history.clear()}>
            Forget all
          </button>
        </footer>
      )}
    </Modal>
  );
}
