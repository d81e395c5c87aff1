import { useEffect, useState } from 'preact/hooks';
import { useServices } from '../services.ts';

/** What a broken connection means and what helps; nothing while all is well. */
export function LinkBanner() {
  const { link } = useServices();
  const state = link.state.value;
  const [wasDown, setWasDown] = useState(false);
  useEffect(() => {
    if (state.kind === 'waiting') setWasDown(true);
    if (state.kind === 'open') setWasDown(false);
  }, [state.kind]);
  if (state.kind === 'open' || state.kind === 'unauthorized' || !wasDown) return null;
  const stopped = state.kind === 'waiting' && state.stopped;
  return (
    <div class="banner" role="alert">
      <span>
        {stopped ? (
          <>
            <b>The server was stopped.</b> Start it again with <code>npm start</code>; this page goes on by itself.
          </>
        ) : (
          <>
            <b>The connection is lost.</b> What you see is the last state known. It resumes where it stood as soon as
            the server answers.
          </>
        )}
      </span>
      <button type="button" onClick={() => link.connect()}>
        Try now
      </button>
    </div>
  );
}
