// The connections of one measurement, the keys shared out over them.
import { requestBytes } from '../workload.ts';
import { Connection } from './connection.ts';
import type { LoadQuestion } from './protocol.ts';

export function openConnections(
  { port, path, mode, keys, connections }: LoadQuestion,
  onAnswer: (connection: Connection, ok: boolean) => void,
): Promise<readonly Connection[]> {
  const requests = keys.map((key) => requestBytes({ port, path, key, mode }));
  const anonymous = requestBytes({ port, path, mode });
  return Promise.all(
    Array.from({ length: connections }, (_, index) =>
      Connection.open({ port, request: requests[index % requests.length] ?? anonymous, onAnswer }),
    ),
  );
}
