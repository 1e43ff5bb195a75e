// What an operator is told when a deed was refused.
import { Failure } from '#core/failure.ts';
import type { Outcome, Refusal, Topic } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';

/** The row, or the reason why there is none. `what` is the kind of row, such as `virtual key`. */
export function accomplished<Row>(outcome: Outcome<Row>, what: string): Row {
  if (outcome.kind === 'done') return outcome.row;
  throw refusal(outcome, what);
}

/** Does it, and makes it count here before anybody is told that it is done. */
export async function change<Row>(
  desk: Pick<AdminDesk, 'refresh' | 'log'>,
  topic: Topic,
  what: string,
  deed: Promise<Outcome<Row>>,
): Promise<Row> {
  const row = accomplished(await deed, what);
  await makeItCount(desk, topic);
  return row;
}

/**
 * What was written is written: when it cannot be read back just now, the deed is still done, a secret that is shown once
 * is still shown, and polling makes it count a little later.
 */
export async function makeItCount(desk: Pick<AdminDesk, 'refresh' | 'log'>, topic: Topic): Promise<void> {
  await desk.refresh(topic).catch((error: unknown) => {
    desk.log.warn({ topic, error }, 'A change is written, but could not be read back at once.');
  });
}

export function present<Row>(row: Row | undefined, what: string): Row {
  if (row === undefined) throw refusal({ kind: 'not-found' }, what);
  return row;
}

function refusal(refused: Refusal, what: string): Failure {
  switch (refused.kind) {
    case 'not-found':
      return new Failure('not_found', `There is no such ${what}.`);
    case 'taken':
      return new Failure(
        'conflict',
        `Another ${what} has this ${refused.field || 'value'} already. Choose another one.`,
        {
          param: refused.field,
        },
      );
    case 'unknown':
      return new Failure('invalid_parameter', `\`${refused.field}\` names something that does not exist.`, {
        param: refused.field,
      });
    case 'unfit':
      return new Failure('invalid_parameter', refused.reason, { param: refused.field });
    case 'stale':
      return new Failure('stale', `The ${what} was changed since you read it. Read it again and repeat the change.`, {
        param: 'if-match',
      });
    case 'conflict':
      return new Failure('conflict', refused.reason);
  }
}
