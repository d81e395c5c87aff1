import { useState } from 'preact/hooks';
import type { ViewJson } from '../../server/protocol.ts';
import { errorsOf } from '../net/api.ts';
import { useServices } from '../services.ts';
import { goTo } from '../state/route.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { Icon } from './icon.tsx';

/** Pause, resume, drop. */
export function ViewActions({ view }: { view: ViewJson }) {
  const { api, status } = useServices();
  const { name, state } = view;
  return (
    <>
      {state === 'paused' || state === 'failed' ? (
        <ResumeButton name={name} />
      ) : (
        <ConfirmButton
          label="Pause view"
          icon="pause"
          question={`Pause ${name}?`}
          act={() => api.setRunning(name, false)}
          done={() => void status.read()}
        >
          <p>Its rows stand still from now on. Nothing is lost: resumed, it goes on where it was.</p>
        </ConfirmButton>
      )}
      <ConfirmButton
        label="Drop view"
        icon="drop"
        danger
        question={`Drop ${name}?`}
        act={() => api.dropView(name)}
        done={() => {
          void status.read();
          goTo({ page: 'home' });
        }}
      >
        <p>
          Its rows, its state and its change log go for ever, and everybody who watches it is told. The streams stay.
        </p>
      </ConfirmButton>
    </>
  );
}

function ResumeButton({ name }: { name: string }) {
  const { api, status } = useServices();
  const [refusal, setRefusal] = useState<string | null>(null);
  const resume = async (): Promise<void> => {
    const [error] = errorsOf(await api.setRunning(name, true));
    setRefusal(error ? error.message : null);
    await status.read();
  };
  return (
    <>
      {refusal !== null && <span class="bad">{refusal}</span>}
      <button type="button" class="primary" onClick={() => void resume()}>
        <Icon name="play" /> Resume
      </button>
    </>
  );
}
