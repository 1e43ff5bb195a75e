import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openAiDialect } from '#dialects/openai/dialect.ts';
import { HttpDoor } from '#http/gateway/http-door.ts';

test('a caller who has stopped reading has hung up, and whoever writes to it is not kept waiting', async () => {
  const doors: HttpDoor[] = [];
  const server = createServer((_request: IncomingMessage, response) => {
    doors.push(new HttpDoor(response, { dialect: openAiDialect, requestId: 'request' }, { stalledMsMax: 100 }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const caller = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  const asked = once(server, 'request');
  caller.write('GET / HTTP/1.1\r\nHost: faregate\r\n\r\n');
  await asked;
  const [door] = doors;
  if (!door) throw new Error('Nobody called.');
  door.start(200, {});
  const piece = Buffer.alloc(1_048_576);
  while (!door.hungUp.aborted) await door.write(piece);
  expect(door.started).toBe(true);
  caller.destroy();
  server.close();
});
