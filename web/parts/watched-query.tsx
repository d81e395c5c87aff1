import type { Subject } from '../net/subscription.ts';
import { useServices } from '../services.ts';
import { LiveResult } from './live-result.tsx';

/** The live rows of the query at hand: a view just made, or a SELECT under no name. */
export function WatchedQuery({ subject }: { subject: Subject }) {
  const { workbench } = useServices();
  const name = 'view' in subject ? subject.view : 'this query';
  return (
    <div data-watched={'view' in subject ? 'view' : 'sql'}>
      <LiveResult
        subject={subject}
        label={`Live rows of ${name}`}
        title={<h2>{'view' in subject ? subject.view : 'Live, until you stop watching'}</h2>}
        onClose={() => workbench.stopWatching()}
      />
    </div>
  );
}
