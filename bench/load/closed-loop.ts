// As many calls as can be answered: every connection calls again as soon as it has its answer.
import { Counts } from './counts.ts';
import { openConnections } from './open-connections.ts';
import type { LoadAnswer, LoadQuestion } from './protocol.ts';

/** Resolves when the last call is answered: none is given up. */
export async function closedLoop(question: Extract<LoadQuestion, { kind: 'closed' }>): Promise<LoadAnswer> {
  let running = question.connections;
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const connections = await openConnections(question, (connection, ok) => {
    counts.note(ok, performance.now());
    if (!counts.over && !connection.closed) {
      connection.send();
      return;
    }
    running -= 1;
    if (running === 0) end();
  });
  const counts = new Counts(question);
  for (const connection of connections) connection.send();
  await ended;
  for (const connection of connections) connection.close();
  return counts.answer();
}
