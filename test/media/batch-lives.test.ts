// Batches over several lives of a process: the store is new in each, the book and the ledger stay.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { systemClock } from '#adapters/system/system-clock.ts';
import { uuidsByTime } from '#adapters/system/uuid.ts';
import type { MediaJob } from '#core/call/media-job.ts';
import type { Caller } from '#core/keys/caller.ts';
import { openAiDialect } from '#dialects/openai/dialect.ts';
import { parseCall } from '#dialects/openai/parse.ts';
import { createBatch } from '#flows/batches/batch-desk.ts';
import type { House } from '#flows/house.ts';
import { reapOnce } from '#flows/jobs/reap-holds.ts';
import { LedgerWriter } from '#flows/jobs/write-ledger.ts';
import type { MediaDesk } from '#flows/media/desk.ts';
import { JobKeeper } from '#flows/media/keep-jobs.ts';
import { resumeJobs } from '#flows/media/recover-jobs.ts';
import { startTwinGateway, type TwinGateway } from '#test/gateway/twin-gateway.ts';
import { eventually } from '#test/gateway/wire.ts';

let twin: TwinGateway;
let aheadMs = 0;
const clock = { ...systemClock, now: () => Date.now() + aheadMs };

beforeAll(async () => {
  twin = await startTwinGateway();
});

afterAll(() => twin.stop());

interface Life {
  readonly house: House;
  readonly desk: MediaDesk;
  readonly keeper: JobKeeper;
  readonly writer: LedgerWriter;
}

async function begin(): Promise<Life> {
  const store = memoryFastStore({ clock, outboxMax: 1_000 });
  const { wallets, counters, units } = await twin.ledger.load();
  await store.load(wallets, counters, units);
  const house: House = { ...twin.house, clock, store };
  const desk: MediaDesk = { ...twin.desk, house };
  const keeper = new JobKeeper(desk);
  await resumeJobs(desk, keeper);
  return { house, desk, keeper, writer: new LedgerWriter(house) };
}

const body = { model: 'sim/echo', messages: [{ role: 'user', content: 'x' }], max_tokens: 1_000 };
const content = Buffer.from(
  ['a', 'b', 'c']
    .map((custom_id) => JSON.stringify({ custom_id, method: 'POST', url: '/v1/chat/completions', body }))
    .join('\n'),
);
/** Of three lines: a dollar a million for what goes in, two for what comes out. */
const most = 3n * (BigInt(Math.ceil(JSON.stringify(body).length / 4)) + 64n + 2_000n) * 1_000_000n;

async function make(life: Life, caller: Caller, batchMs: number): Promise<MediaJob> {
  const seen = await createBatch(life, {
    requestId: uuidsByTime.next(),
    caller,
    dialect: openAiDialect,
    endpoint: '/v1/chat/completions',
    inputFileId: 'file-1',
    content,
    extraHeaders: { 'x-sim-job-ms': String(batchMs) },
    parse: (line) => parseCall('chat', line, {}),
  });
  return seen.job;
}

async function finish({ keeper, writer }: Life): Promise<void> {
  await eventually(async () => {
    for (const { job } of keeper.all()) await keeper.refresh(job.call.requestId);
    return keeper.size === 0;
  }, 50);
  await writer.flush();
}

function charged(requestId: string) {
  const { total, final } = twin.ledger.tables.registers.get(requestId) ?? {};
  return { total, final };
}

const ten = 10_000_000_000_000n;

test('the next life sets the money aside again, and settles by what its answers say, once', async () => {
  const { caller } = await twin.key('10');
  const first = await begin();
  const { call } = await make(first, caller, 300);
  expect(await first.house.store.wallet(caller.walletId)).toMatchObject({ held: most });
  const second = await begin();
  expect(await second.house.store.wallet(caller.walletId)).toMatchObject({ held: most });
  aheadMs += 3_000;
  await finish(second);
  const { total = 0n, final } = charged(call.requestId);
  expect(final).toBe(true);
  expect(total).toBeGreaterThan(0n);
  expect(total).toBeLessThan(most);
  expect(await second.house.store.wallet(caller.walletId)).toMatchObject({ balance: ten - total, held: 0n });
  const third = await begin();
  expect(third.keeper.size).toBe(0);
  expect(await third.house.store.wallet(caller.walletId)).toMatchObject({ balance: ten - total, held: 0n });
});

test('one of which nobody hears until its deadline is charged as the sum of its bounds; its last word then counts', async () => {
  const { caller } = await twin.key('10');
  const life = await begin();
  const { call } = await make(life, caller, 1_500);
  aheadMs += 25 * 3_600_000;
  await life.keeper.sweep();
  await life.keeper.settled();
  await life.keeper.sweep();
  expect(await reapOnce(life.house, life.desk.directory)).toBe(0);
  aheadMs += 3_600_000 + 120_000;
  expect(await reapOnce(life.house, life.desk.directory)).toBe(1);
  await life.writer.flush();
  expect(charged(call.requestId)).toEqual({ total: most, final: false });
  aheadMs += 301_000;
  await eventually(async () => {
    for (const { job } of life.keeper.all()) await life.keeper.refresh(job.call.requestId);
    return life.keeper.size === 0;
  }, 50);
  await life.writer.flush();
  const { total = 0n, final } = charged(call.requestId);
  expect(final).toBe(true);
  expect(total).toBeLessThan(most);
  expect(await life.house.store.wallet(caller.walletId)).toMatchObject({ balance: ten - total, held: 0n });
});
