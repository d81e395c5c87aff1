import { useEffect, useState } from 'preact/hooks';
import type { Answer } from '../net/api.ts';
import { useServices } from '../services.ts';

/** Asks again every `everyMs` while it is on screen and the server is there. Null: no answer yet. */
export function usePolled<T>(ask: () => Promise<Answer<T>>, everyMs: number, about: string): Answer<T> | null {
  const { link } = useServices();
  const [answer, setAnswer] = useState<Answer<T> | null>(null);
  useEffect(() => {
    let isGone = false;
    setAnswer(null);
    const read = async (): Promise<void> => {
      if (document.hidden || !link.isOpen) return;
      const next = await ask();
      // What was known stays on screen while the server is away.
      if (!isGone && next.kind !== 'unreachable') setAnswer(next);
    };
    void read();
    const timer = setInterval(() => void read(), everyMs);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [about]);
  return answer;
}
