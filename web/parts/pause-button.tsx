import type { LiveFeed } from '../state/live-feed.ts';

/** Holds the screen still; the rows go on arriving behind it. */
export function PauseButton({ feed }: { feed: LiveFeed }) {
  const isPaused = feed.paused.value;
  return (
    <button type="button" aria-pressed={isPaused} onClick={() => feed.setPaused(!isPaused)}>
      {isPaused ? '▶ Go on' : '❚❚ Pause'}
    </button>
  );
}
