import { type Answer, errorsOf } from '../net/api.ts';
import { Progress } from './progress.tsx';

interface AnswerStateProps {
  readonly answer: Answer<unknown> | null;
  /** What is being read, in words. */
  readonly what: string;
}

/** Stands where an answer is not there: still coming, or refused and why. */
export function AnswerState({ answer, what }: AnswerStateProps) {
  if (!answer) return <Progress text={`Reading ${what}`} />;
  if (answer.kind === 'problem' && answer.problem.status === 404) {
    return (
      <p class="empty">
        This server does not tell {what}: {answer.problem.detail}.
      </p>
    );
  }
  return (
    <>
      {errorsOf(answer).map(({ code, message, hint }) => (
        <p class="note bad" key={message}>
          <b>{code}</b> {message}
          {hint !== undefined && <em>{hint}</em>}
        </p>
      ))}
    </>
  );
}
