// A life of the gateway, built and started the way the real one is: recover, load, open, read keys and prices, serve.
import { memoryAnswerCache } from '#adapters/memory/answer-cache.ts';
import { DispatchNumbers } from '#flows/dispatch-numbers.ts';
import type { House } from '#flows/house.ts';
import { reapHolds } from '#flows/jobs/reap-holds.ts';
import { LedgerWriter } from '#flows/jobs/write-ledger.ts';
import { LiveCalls, touchLiveCalls } from '#flows/live-calls.ts';
import { ProviderHealth } from '#flows/provider-health.ts';
import { recover } from '#flows/recover.ts';
import { Snapshot } from '#flows/snapshot.ts';
import type { Log } from '#ports/log.ts';
import { directoryThrough, ledgerThrough } from './connection.ts';
import { journalOn } from './disk.ts';
import { inGoodOrder, Life } from './life.ts';
import { newStore } from './new-store.ts';
import { noteWritten } from './note-written.ts';
import { beginSending } from './begin-sending.ts';
import { simulatedProvider } from './simulated-provider.ts';
import { simulatedUpstream } from './simulated-upstream.ts';
import type { Gateway, Stage } from './stage.ts';
import { storeThrough } from './store-through.ts';

/** How long after a death the next life begins. */
const restartMsMax = 3_000;

export function buildGateway(stage: Stage): Gateway {
  const { clock, database, fault, probes, traits } = stage;
  stage.lives += 1;
  const no = stage.lives;
  const chance = stage.chance.fork(`life ${no}`);
  const { latency } = traits;
  const life = new Life({
    no,
    clock,
    chance: chance.fork('latency'),
    latency,
    onReach: (name) => probes.saw(`reached ${name}`),
    onDeath: (dead, where) => mourn(stage, dead, where),
  });
  if (!traits.storeApart) stage.kept = newStore(stage);
  const connection = { database, life, chance: chance.fork('connection'), latency };
  const ledger = ledgerThrough(connection);
  const directory = directoryThrough(connection, stage.shelf);
  const journal = journalOn(stage.disk, {
    life,
    fault,
    onWritten: (record) => noteWritten(stage, record),
    onRefused: (record) => {
      if (record.kind === 'dispatch') stage.refusedNumbers.add(record.call.gatewayId);
    },
  });
  const log = logOf(stage);
  const ownClock = {
    now: () => clock.now(),
    sleep: (ms: number, signal?: AbortSignal) => life.sleep(clock, ms, signal),
  };
  const choice = chance.fork('choice');
  const house: House = {
    clock: ownClock,
    identifiers: { next: stage.eventIds },
    store: storeThrough(stage, life),
    journal,
    ledger: fault.ledger?.(ledger) ?? ledger,
    upstream: simulatedUpstream({ clock, life, chance: chance.fork('upstream'), begin: beginSending(stage) }),
    providers: new Map([[simulatedProvider.name, simulatedProvider]]),
    snapshot: new Snapshot({ directory, clock: ownClock, log }),
    live: new LiveCalls(),
    failpoints: life,
    log,
    dispatches: new DispatchNumbers(gatewayIdOf(life)),
    chooser: { next: () => choice.below(1_000_000) / 1_000_000 },
    health: new ProviderHealth(),
    answers: memoryAnswerCache(ownClock),
  };
  const gateway = {
    life,
    house,
    writer: new LedgerWriter(house),
    directory,
    open: false,
    stopping: new AbortController(),
    jobs: [],
  };
  stage.gateway = gateway;
  return gateway;
}

/** Rejects while the database is out of reach: then the process ends, and somebody starts it again. */
export async function startGateway(stage: Stage, gateway: Gateway): Promise<void> {
  const { house, directory, life } = gateway;
  const { settled, estimated } = await recover(house, directory);
  stage.probes.saw('recovered a settlement', settled);
  stage.probes.saw('recovered an estimate', estimated);
  if (!stage.traits.lazy) {
    const { wallets, counters, units } = await house.ledger.load();
    await house.store.load(wallets, counters, units);
  }
  await house.ledger.openGateway(house.dispatches.gatewayId, house.clock.now());
  await house.snapshot.refresh();
  gateway.open = true;
  stage.tell(`life ${life.no} is open: ${settled} settled, ${estimated} estimated`);
  if (!stage.traits.jobsRun) return;
  const { signal } = gateway.stopping;
  const jobs = [
    gateway.writer.run(signal),
    house.snapshot.run(signal),
    reapHolds(house, directory, signal),
    touchLiveCalls(house, signal),
  ];
  for (const job of jobs) stage.watch(life, job);
  gateway.jobs.push(...jobs);
}

export function begin(stage: Stage): void {
  const gateway = buildGateway(stage);
  startGateway(stage, gateway).catch((error: unknown) => {
    if (gateway.life.dead) return;
    stage.probes.saw('start failed');
    stage.tell(`life ${gateway.life.no} could not start: ${String(error)}`);
    gateway.life.die('at its start');
  });
}

function gatewayIdOf({ no }: Life): string {
  return `life ${no}`;
}

function mourn(stage: Stage, life: Life, where: string): void {
  stage.probes.saw(`died: ${where}`);
  stage.tell(`life ${life.no} died: ${where}`);
  for (const record of stage.calls.values()) {
    if (record.lifeNo === life.no && record.state === 'under-way') record.state = 'crashed';
  }
  if (stage.gateway?.life === life) stage.gateway.open = false;
  const { storeApart } = stage.traits;
  // A store apart may have been out of reach when the call that kept the number was to be settled at zero.
  if (where === inGoodOrder && !storeApart) stage.refusedNumbers.delete(gatewayIdOf(life));
  if (where !== inGoodOrder && storeApart) stage.kept.shadow.drift();
  stage.clock.after(stage.chance.fork(`restart ${life.no}`).below(restartMsMax), () => begin(stage));
}

function logOf(stage: Stage): Log {
  const say = (level: string) => (facts: Readonly<Record<string, unknown>>, message: string) => {
    stage.probes.saw(`log: ${message}`);
    stage.tell(`${level}: ${message}${facts['error'] instanceof Error ? ` (${facts['error'].message})` : ''}`);
  };
  return { info: say('info'), warn: say('warning'), error: say('error') };
}
