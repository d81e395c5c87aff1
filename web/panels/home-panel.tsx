import { FigureStrip } from '../parts/figure-strip.tsx';
import { LiveCard } from '../parts/live-card.tsx';
import { Progress } from '../parts/progress.tsx';
import { useServices } from '../services.ts';
import { featuredViews } from '../state/featured-views.ts';
import { StreamsList } from './streams-list.tsx';
import { ViewsList } from './views-list.tsx';

const CARDS_MAX = 6;

/** The first screen: what moves most, then everything there is. */
export function HomePanel() {
  const { status, pinned } = useServices();
  const known = status.status.value;
  if (!known) return <Progress text="Waiting for the server" />;
  const { views, streams } = known;
  const featured = featuredViews(
    views.map(({ item }) => item),
    streams.map(({ item }) => item),
    pinned.value,
    CARDS_MAX,
  );
  return (
    <>
      <h1 class="sr-only">Overview</h1>
      <FigureStrip status={known} />
      {featured.length > 0 && (
        <section class="cards" aria-label="Live views">
          {featured.map(({ name }) => (
            <LiveCard key={name} rated={views.find(({ item }) => item.name === name)!} />
          ))}
        </section>
      )}
      <div class="lists">
        <ViewsList views={views} />
        <StreamsList streams={streams} />
      </div>
    </>
  );
}
