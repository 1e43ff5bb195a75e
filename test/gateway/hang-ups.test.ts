// What a call costs whose caller has gone, as the provider has served it.
import { request, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginStream, startOwnUpstream, textEvent, usageEvent, type OwnUpstream } from './own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, eventually, said } from './wire.ts';

let twin: TwinGateway;
let own: OwnUpstream;
let answersBegun = 0;

beforeAll(async () => {
  own = await startOwnUpstream('own');
  twin = await startTwinGateway({
    failpoints: {
      reach(name) {
        if (name === 'after-answer-head') answersBegun += 1;
      },
    },
    routes: [
      routeOf(targetOf('closes', own.provider)),
      routeOf(targetOf('drains', { ...own.provider, name: 'bills-all', onHangUp: 'drain' })),
    ],
  });
});

afterAll(async () => {
  own.stop();
  await twin.stop();
});

interface Abandoned {
  readonly model: string;
  readonly balance: string;
  readonly first: (response: ServerResponse) => void;
  readonly rest: (response: ServerResponse) => void;
}

/** The provider says `first`; the gateway has its head; the caller leaves, which is noticed; the provider says the rest. */
async function abandoned({ model, balance, first, rest }: Abandoned) {
  const { key, caller } = await twin.key(balance);
  const begunBefore = answersBegun;
  const answering = new Promise<ServerResponse>((resolve) => {
    own.answers((response) => {
      first(response);
      resolve(response);
    });
  });
  const body = { model, messages: said(), stream: true, max_tokens: 10_000 };
  const calling = request(`${twin.url}/v1/chat/completions`, {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  });
  calling.on('error', () => undefined).end(JSON.stringify(body));
  const answer = await answering;
  await eventually(() => answersBegun > begunBefore);
  const before = await twin.connections();
  calling.destroy();
  await eventually(async () => (await twin.connections()) < before);
  rest(answer);
  await eventually(async () => (await creditsOf(twin.url, key)).held === '0');
  await twin.writer.flush();
  const records = [...twin.ledger.tables.usageRecords.values()];
  return records.find(({ entry }) => entry.call.walletId === caller.walletId)?.entry;
}

function firstWord(response: ServerResponse): void {
  beginStream(response);
  response.write(textEvent('word'));
}

test('a stream that its provider bills whole is read to its end, though the money for it has run out', async () => {
  const entry = await abandoned({
    model: 'bills-all/drains',
    balance: '0.0005',
    first: firstWord,
    rest: (response) => {
      response.write(textEvent('word '.repeat(4_000)));
      setTimeout(() => response.end(textEvent('word') + usageEvent(10, 5_000)), 50);
    },
  });
  expect(entry).toMatchObject({
    outcome: 'cut_off',
    usage: { status: 'reported', prompt_tokens: 10, completion_tokens: 5_000, flags: ['drained'] },
    // What the provider bills is the truth about cost; the caller is charged what was set aside, and no more.
    cost: 10_010_000_000n,
    total: 500_000_000n,
  });
  expect(entry?.call.held).toBe(500_000_000n);
});

test('a whole answer to a call for a stream is billed whole, though its caller has gone', async () => {
  const answer = JSON.stringify({
    choices: [{ message: { content: 'word' } }],
    usage: { prompt_tokens: 10, completion_tokens: 5_000, total_tokens: 5_010 },
  });
  const entry = await abandoned({
    model: 'own/closes',
    balance: '1',
    first: (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(answer.slice(0, 20));
    },
    rest: (response) => void response.end(answer.slice(20)),
  });
  expect(entry).toMatchObject({
    outcome: 'abandoned',
    usage: { status: 'reported', completion_tokens: 5_000 },
    total: 10_010_000_000n,
  });
});
