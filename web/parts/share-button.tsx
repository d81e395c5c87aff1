import { useState } from 'preact/hooks';
import { useServices } from '../services.ts';
import { hrefOf } from '../state/route.ts';
import { Icon } from './icon.tsx';

const SAID_MS = 2500;

/** A link that holds the text itself; the address bar has it too, where nothing may be copied. */
export function ShareButton() {
  const { workbench } = useServices();
  const [said, setSaid] = useState('');
  const share = async (): Promise<void> => {
    const href = hrefOf({ page: 'sql', name: workbench.checked.text.peek() });
    window.history.replaceState(null, '', href);
    setSaid(await copied(new URL(href, document.baseURI).href));
    setTimeout(() => setSaid(''), SAID_MS);
  };
  return (
    <>
      <span class="said" role="status">
        {said}
      </span>
      <button type="button" class="quiet" onClick={() => void share()}>
        <Icon name="link" /> <span class="wide-word">Share</span>
      </button>
    </>
  );
}

async function copied(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Link copied';
  } catch {
    return 'Link is in the address bar';
  }
}
