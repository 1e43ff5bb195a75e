import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { callAddresses } from '#http/gateway/call-paths.ts';
import { aboutAddresses, geminiDeeds, jobAddresses } from './doors.ts';
import { fuzz } from './fuzz.ts';
import { watchOutbound } from './outbound-watch.ts';
import { planOf, type Planning } from './request-plan.ts';

const jobDoors = [
  ...jobAddresses.map((address) => `POST ${address}`),
  ...['GET', 'GET one', 'GET content', 'POST remix'].map((deed) => `${deed} /v1/videos`),
];

function doorAt(method: string, path: string): string {
  const [, collection, id, part] =
    /^(\/v1\/(?:videos|music\/generations))(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  if (collection !== undefined) return `${method}${id === undefined ? '' : ` ${part ?? 'one'}`} ${collection}`;
  return geminiDeeds.find((deed) => path.endsWith(`:${deed}`)) ?? path;
}

/** The twin has no receipts; a film may not be done yet when it is asked for, or made anew. */
const asChanceHasIt: ReadonlySet<string> = new Set([
  '/v1/generation',
  'GET content /v1/videos',
  'POST remix /v1/videos',
]);

const numbers = Array.from({ length: 2_000 }, (_, index) => index);

test('2,000 hostile requests: no failure of our own, no foreign address, no hold and no call left behind', async () => {
  const reached = new Map<string, number>();
  const fuzzed = await fuzz({
    seed: 'in the suite',
    numbers,
    callers: 16,
    onOutcome({ about }, outcome) {
      const [method = '', target = ''] = about.split(' ');
      const address = doorAt(method, target.split('?', 1)[0] ?? '');
      if (outcome.kind === 'answered' && outcome.answer.status === 200) {
        reached.set(address, (reached.get(address) ?? 0) + 1);
      }
    },
  });
  expect(fuzzed.violations).toEqual([]);
  // It has seen something of everything.
  const doors = [...callAddresses, ...geminiDeeds, ...aboutAddresses, ...jobDoors];
  expect(doors.filter((address) => !asChanceHasIt.has(address) && !reached.has(address))).toEqual([]);
  for (const outcome of ['200', '400', '400 malformed_request', '400 invalid_parameter', '402 insufficient_balance']) {
    expect(fuzzed.outcomes[outcome], outcome).toBeGreaterThan(0);
  }
  for (const outcome of ['502 upstream_failed', 'left', '404 not_found', '405 method_not_allowed']) {
    expect(fuzzed.outcomes[outcome], outcome).toBeGreaterThan(0);
  }
  expect(fuzzed.upstreamRequests).toBeGreaterThan(100);
  expect(fuzzed.charges).toBeGreaterThan(100);
}, 180_000);

test('a number stands for one request', () => {
  const planning: Planning = {
    seed: 'one',
    host: '127.0.0.1:1',
    foreign: { url: 'http://127.0.0.1:2', host: '127.0.0.1:2' },
    addresses: callAddresses,
    models: { chat: ['chat'], embedding: ['embed'] },
    jobs: ['video_1', 'music_1'],
    keys: [[1, 'vk_key']],
  };
  const bytesOf = () => {
    const plans = numbers.slice(0, 200).map((no) => planOf(no, planning));
    return plans.map(({ pieces }) => createHash('sha256').update(Buffer.concat(pieces)).digest('hex'));
  };
  expect(bytesOf()).toEqual(bytesOf());
  expect(new Set(bytesOf()).size).toBeGreaterThan(190);
});

test('whoever connects is seen, with where to', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const watch = watchOutbound();
  const socket = connect({ host: 'localhost', port, family: 4 });
  await once(socket, 'connect');
  watch.stop();
  expect([...watch.seen.keys()].toSorted()).toEqual([`127.0.0.1:${port}`, 'name localhost']);
  socket.destroy();
  server.close();
});
