import { useState } from 'preact/hooks';
import type { Subject } from '../net/subscription.ts';
import { useServices } from '../services.ts';
import type { LiveView } from '../state/live-feed.ts';
import { csvOf, ndjsonOf } from '../state/row-text.ts';
import { curlSnippet, type SnippetSubject, typescriptSnippet, wscatSnippet } from '../state/snippets.ts';
import { Menu, type MenuItem } from './menu.tsx';
import { saveFile } from './save-file.ts';

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';

/** Take the rows along, or the way to them. */
export function ResultMenus({ subject, view }: { subject: Subject; view: LiveView }) {
  const { access } = useServices();
  const [said, setSaid] = useState('');
  const say = (text: string): void => {
    setSaid(text);
    setTimeout(() => setSaid(''), 2500);
  };
  const locked = access.token !== null;
  const snippet: SnippetSubject = { subject, base: document.baseURI, locked, columns: view.columns };
  const copy = (name: string, text: string) => ({ label: `Copy as ${name}`, run: () => void copyText(text).then(say) });
  return (
    <>
      <span class="said" role="status">
        {said}
      </span>
      <Menu label="Export" icon="download" items={useExports(subject, view, say)} />
      <Menu
        label="Copy as code"
        icon="copy"
        items={[
          copy('curl', curlSnippet(snippet)),
          copy('wscat', wscatSnippet(snippet)),
          copy('TypeScript', typescriptSnippet(snippet)),
        ]}
      />
    </>
  );
}

/** What is on screen is written here; all rows of a view are the server's to give. */
function useExports(subject: Subject, view: LiveView, say: (text: string) => void): readonly MenuItem[] {
  const { api } = useServices();
  const name = 'view' in subject ? subject.view : 'query';
  const { columns, rows } = view;
  const shown: MenuItem[] = [
    { label: 'Shown rows as CSV', run: () => saveFile(`${name}.csv`, CSV, csvOf(columns, rows)) },
    { label: 'Shown rows as NDJSON', run: () => saveFile(`${name}.ndjson`, NDJSON, ndjsonOf(columns, rows)) },
  ];
  if (!('view' in subject)) return shown;
  const all = async (type: string, ending: string): Promise<void> => {
    say('Reading all rows…');
    const text = await api.rowsText(subject.view, type);
    if (text !== null) saveFile(`${name}.${ending}`, type, text);
    say(text === null ? 'The rows could not be read' : 'Saved');
  };
  return [
    ...shown,
    { label: 'All rows as CSV', hint: 'from the server', run: () => void all(CSV, 'csv') },
    { label: 'All rows as NDJSON', hint: 'from the server', run: () => void all(NDJSON, 'ndjson') },
  ];
}

async function copyText(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied';
  } catch {
    return copyByHand(text) ? 'Copied' : 'The browser did not allow to copy';
  }
}

/** Off loopback without TLS a page has no clipboard but this one. */
function copyByHand(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}
