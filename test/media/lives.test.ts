// Jobs over several lives of a process: the store is new in each, the book and the ledger stay.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { systemClock } from '#adapters/system/system-clock.ts';
import { uuidsByTime } from '#adapters/system/uuid.ts';
import type { Caller } from '#core/keys/caller.ts';
import { openAiDialect } from '#dialects/openai/dialect.ts';
import type { House } from '#flows/house.ts';
import { reapOnce } from '#flows/jobs/reap-holds.ts';
import { LedgerWriter } from '#flows/jobs/write-ledger.ts';
import { createJob } from '#flows/media/create-job.ts';
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

/** Its keeper does what it is told, and nothing by itself. */
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

function make({ desk, keeper }: Life, caller: Caller, prompt: string) {
  return createJob(desk, keeper, {
    requestId: uuidsByTime.next(),
    caller,
    dialect: openAiDialect,
    name: 'sim/video',
    request: { kind: 'video', prompt },
    extraHeaders: {},
  });
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

async function expectInStep({ house }: Life, { walletId }: Caller, balance: bigint): Promise<void> {
  expect(await house.store.wallet(walletId)).toMatchObject({ balance, held: 0n, available: balance });
  expect(await twin.ledger.head(walletId)).toMatchObject({ balance });
}

const price = 400_000_000_000n;
const ten = 10_000_000_000_000n;
const behindDeadlineMs = 6 * 3_600_000 + 120_000;

test('the next life sets the money aside again, and settles by the last word, once', async () => {
  const { caller } = await twin.key('10');
  const first = await begin();
  const { call } = await make(first, caller, 'A tram #job_ms=300');
  const second = await begin();
  expect(await second.house.store.wallet(caller.walletId)).toMatchObject({ held: price });
  aheadMs += 3_000;
  await finish(second);
  expect(charged(call.requestId)).toEqual({ total: price, final: true });
  await expectInStep(second, caller, ten - price);
  const third = await begin();
  expect(third.keeper.size).toBe(0);
  await expectInStep(third, caller, ten - price);
});

test('a job of which nobody hears until its deadline is charged as an estimate; its last word then counts', async () => {
  const { caller } = await twin.key('10');
  const life = await begin();
  const { call } = await make(life, caller, 'A tram #job_ms=1500 #job_error=1');
  aheadMs += behindDeadlineMs;
  await life.keeper.sweep();
  await life.keeper.settled();
  expect(await reapOnce(life.house, life.desk.directory)).toBe(1);
  await life.writer.flush();
  expect(charged(call.requestId)).toEqual({ total: price, final: false });
  aheadMs += 3_000;
  await finish(life);
  expect(charged(call.requestId)).toEqual({ total: 0n, final: true });
  await expectInStep(life, caller, ten);
});

test('also when the last word is heard in a later life than the estimate was made in', async () => {
  const { caller } = await twin.key('10');
  const first = await begin();
  const { call } = await make(first, caller, 'A tram #job_ms=1500 #job_error=1');
  aheadMs += behindDeadlineMs;
  expect(await reapOnce(first.house, first.desk.directory)).toBe(1);
  await first.writer.flush();
  const second = await begin();
  expect(await second.house.store.wallet(caller.walletId)).toMatchObject({ balance: ten - price, held: 0n });
  aheadMs += 3_000;
  await finish(second);
  expect(charged(call.requestId)).toEqual({ total: 0n, final: true });
  await expectInStep(second, caller, ten);
});

test('a job that is never heard of again stays at its estimate, and is not asked about for ever', async () => {
  const { caller } = await twin.key('10');
  const life = await begin();
  const { call } = await make(life, caller, 'A tram #job_ms=3600000');
  aheadMs += behindDeadlineMs;
  expect(await reapOnce(life.house, life.desk.directory)).toBe(1);
  aheadMs += 8 * 86_400_000;
  await finish(life);
  expect(charged(call.requestId)).toEqual({ total: price, final: false });
  const later = await begin();
  expect(later.keeper.size).toBe(0);
  await expectInStep(later, caller, ten - price);
});

test('while the book cannot be written a job goes on, and is written when it can be', async () => {
  const { caller } = await twin.key('10');
  const life = await begin();
  let away = true;
  const book = {
    ...life.desk.book,
    put: (job: Parameters<MediaDesk['book']['put']>[0]) =>
      away ? Promise.reject(new Error('away')) : twin.desk.book.put(job),
    end: twin.desk.book.end.bind(twin.desk.book),
    charged: twin.desk.book.charged.bind(twin.desk.book),
  };
  const desk: MediaDesk = { ...life.desk, book };
  const keeper = new JobKeeper(desk);
  const { call } = await make({ ...life, desk, keeper }, caller, 'A tram #job_ms=100');
  expect(keeper.get(call.requestId)?.job.end).toBeUndefined();
  away = false;
  aheadMs += 3_000;
  await finish({ ...life, desk, keeper });
  expect(charged(call.requestId)).toEqual({ total: price, final: true });
  expect(await twin.desk.book.find(call.requestId)).toMatchObject({ end: { state: 'completed' } });
});
