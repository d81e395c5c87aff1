import { useServices } from '../services.ts';
import { EXAMPLES, type Example } from '../sql/examples.ts';
import { statementKind } from '../sql/statement-kind.ts';
import { Icon } from './icon.tsx';

/** Worked examples: a click writes one and, where it only reads, runs it. */
export function ExampleGallery({ onTaken }: { onTaken?: () => void }) {
  const { workbench } = useServices();
  const take = ({ sql }: Example): void => {
    workbench.open(sql);
    if (!makesSomething(sql)) void workbench.run();
    onTaken?.();
  };
  return (
    <ul class="gallery">
      {EXAMPLES.map((example) => (
        <li key={example.title}>
          <button type="button" onClick={() => take(example)}>
            <b>
              {example.title}
              <Icon name={makesSomething(example.sql) ? 'save' : 'play'} />
            </b>
            <span>{example.about}</span>
            {makesSomething(example.sql) && <span class="sr-only">Press Run to create it.</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

function makesSomething(sql: string): boolean {
  return statementKind(sql) === 'statements';
}
