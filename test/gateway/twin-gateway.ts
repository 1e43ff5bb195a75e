// The real door, flows and simulator over HTTP, on memory twins of everything that would need a disk or a database.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { memoryAnswerCache } from '#adapters/memory/answer-cache.ts';
import { memoryBatchFiles } from '#adapters/memory/batch-files.ts';
import { memoryFastStore } from '#adapters/memory/fast-store.ts';
import { memoryJobBook } from '#adapters/memory/job-book.ts';
import { memoryJournal } from '#adapters/memory/journal.ts';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import { startSimulator, type Simulator } from '#adapters/simulator/server.ts';
import { noFailpoints } from '#adapters/system/failpoints.ts';
import { systemClock } from '#adapters/system/system-clock.ts';
import { uuidsByTime } from '#adapters/system/uuid.ts';
import { undiciUpstream } from '#adapters/upstream/undici-upstream.ts';
import type { Provider, Route, Target } from '#core/catalog/catalog.ts';
import type { CostPlan } from '#core/catalog/cost-plans.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { Limits } from '#core/limits/limits.ts';
import { currencyOf, parseAmount } from '#core/money/currency.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import { DispatchNumbers } from '#flows/dispatch-numbers.ts';
import type { House } from '#flows/house.ts';
import { LedgerWriter } from '#flows/jobs/write-ledger.ts';
import { LiveCalls, touchLiveCalls } from '#flows/live-calls.ts';
import { ProviderHealth } from '#flows/provider-health.ts';
import type { MediaDesk } from '#flows/media/desk.ts';
import { JobKeeper } from '#flows/media/keep-jobs.ts';
import { Snapshot } from '#flows/snapshot.ts';
import { gateway } from '#http/gateway/gateway.ts';
import { serverOptions } from '#http/server.ts';
import { batchJobs } from '#providers/provider-jobs.ts';
import { openAiJobs } from '#providers/openai-compatible/jobs/videos.ts';
import { providerAdapters } from '#providers/provider-adapters.ts';
import { simulatorBaseUrl, simulatorJobs } from '#providers/simulator/adapter.ts';
import type { Clock } from '#ports/clock.ts';
import type { MediaJobs } from '#ports/media-jobs.ts';
import { seededChooser } from '#test/routing/seeded-chooser.ts';
import type { CatalogRows, Directory } from '#ports/directory.ts';
import type { Failpoints } from '#ports/failpoints.ts';
import type { Log } from '#ports/log.ts';

const usd = currencyOf('usd');

export interface TwinGateway {
  readonly url: string;
  readonly house: House;
  readonly ledger: MemoryLedger;
  readonly directory: Directory;
  readonly simulator: Simulator;
  readonly writer: LedgerWriter;
  readonly keeper: JobKeeper;
  readonly desk: MediaDesk;
  /** A key on a wallet of its own with that many dollars. */
  key(
    balance: string,
    more?: Partial<Caller> & { readonly limits?: Limits },
  ): Promise<{ readonly key: string; readonly caller: Caller }>;
  /** Callers who are connected. */
  connections(): Promise<number>;
  stop(): Promise<void>;
}

export async function startTwinGateway(
  options: {
    readonly providers?: readonly Provider[];
    readonly routes?: readonly Route[];
    /** Instead of what is charged unless said, by the name that they are for. */
    readonly prices?: readonly PriceVersion[];
    readonly clock?: Clock;
    readonly plans?: readonly CostPlan[];
    readonly failpoints?: Failpoints;
    readonly log?: Log;
    readonly bodySilenceMsMax?: number;
    readonly media?: readonly MediaJobs[];
  } = {},
): Promise<TwinGateway> {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0 });
  const callers = new Map<string, Caller>();
  const { clock = systemClock } = options;
  const routes = [...simulatedRoutes(), ...(options.routes ?? [])];
  const prices = [...routes.map(listPriceOf).filter(isNoneOf(options.prices ?? [])), ...(options.prices ?? [])];
  const directory = twinDirectory(callers, { routes, prices, exchange: [], plans: options.plans ?? [] });
  const snapshot = new Snapshot({ directory, clock, log: silent });
  await snapshot.refresh();
  const ledger = new MemoryLedger(clock);
  for (const price of prices) ledger.publish(price);
  const adapters = providerAdapters({ now: () => clock.now(), simulatorOrigin: () => simulator.origin });
  const house: House = {
    clock,
    identifiers: uuidsByTime,
    store: memoryFastStore({ clock, outboxMax: 100_000 }),
    journal: memoryJournal(),
    ledger,
    upstream: undiciUpstream(),
    providers: new Map(adapters.map((adapter) => [adapter.name, adapter])),
    snapshot,
    live: new LiveCalls(),
    failpoints: options.failpoints ?? noFailpoints,
    log: options.log ?? silent,
    dispatches: new DispatchNumbers(uuidsByTime.next()),
    chooser: seededChooser(7),
    health: new ProviderHealth(),
    answers: memoryAnswerCache(clock),
  };
  await ledger.openGateway(house.dispatches.gatewayId);
  const writer = new LedgerWriter(house);
  const media = [openAiJobs(), simulatorJobs(() => simulator.origin), ...(options.media ?? [])];
  const book = memoryJobBook((requestId) => ledger.tables.registers.get(requestId));
  const desk: MediaDesk = {
    house,
    adapters: new Map(media.map((each) => [each.name, each])),
    batches: new Map(batchJobs(() => simulator.origin).map((each) => [each.name, each])),
    files: memoryBatchFiles(),
    book,
    directory,
  };
  const keeper = new JobKeeper(desk);
  const stopping = new AbortController();
  const jobs = [writer.run(stopping.signal), touchLiveCalls(house, stopping.signal), keeper.run(stopping.signal)];
  const generations = { find: () => Promise.resolve(undefined) };
  const server = createServer(
    serverOptions,
    gateway({
      house,
      writer,
      generations,
      jobs: { desk, keeper },
      draining: () => false,
      ...withSilence(options.bodySilenceMsMax),
    }),
  );
  const url = await listen(server);
  return {
    url,
    house,
    ledger,
    directory,
    simulator,
    writer,
    keeper,
    desk,
    async key(balance, { limits = {}, ...more } = {}) {
      const key = `vk_${randomBytes(32).toString('base64url')}`;
      const walletId = uuidsByTime.next();
      const virtualKeyId = uuidsByTime.next();
      const caller: Caller = {
        virtualKeyId,
        keyHash: createHash('sha256').update(key).digest('hex'),
        keyName: 'test',
        keyPrefix: key.slice(0, 9),
        walletId,
        currency: 'usd',
        maySeeCost: true,
        overspendPolicy: 'clamp',
        limitOwners: [{ scope: `key:${virtualKeyId}`, label: 'virtual_key', limits }],
        ...more,
      };
      callers.set(caller.keyHash, caller);
      ledger.createWallet(walletId, 'usd');
      if (balance !== '0') {
        await ledger.topUp({
          topUpId: uuidsByTime.next(),
          eventId: uuidsByTime.next(),
          walletId,
          amount: parseAmount(balance, usd),
          currency: 'usd',
          source: 'manual',
          reference: uuidsByTime.next(),
          author: 'test',
          occurredAt: Date.now(),
        });
      }
      return { key, caller };
    },
    connections: () => promisify(server.getConnections.bind(server))(),
    async stop() {
      stopping.abort();
      await Promise.all(jobs);
      await keeper.settled();
      server.closeAllConnections();
      server.close();
      await house.upstream.close();
      await simulator.stop();
    },
  };
}

function withSilence(bodySilenceMsMax?: number) {
  return bodySilenceMsMax === undefined ? {} : { bodySilenceMsMax };
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

function listPriceOf({ name, subject, kind }: Route): PriceVersion {
  return priceOf(name, subject, kind === 'chat');
}

function isNoneOf(prices: readonly PriceVersion[]): (price: PriceVersion) => boolean {
  return ({ subject }) => !prices.some((each) => each.subject.name === subject.name);
}

function twinDirectory(callers: ReadonlyMap<string, Caller>, rows: CatalogRows): Directory {
  return {
    catalog: () => Promise.resolve(rows),
    callerByHash: (hash) => Promise.resolve(callers.get(hash)),
    callersSince: (cursor = '') => Promise.resolve({ callers: [...callers.values()], cursor }),
    priceVersions: (ids) => Promise.resolve(rows.prices.filter((price) => ids.includes(price.id))),
    watch: () => Promise.resolve({ stop: () => Promise.resolve() }),
  };
}

export const simulatorRow: Provider = {
  providerId: 'sim',
  name: 'sim',
  adapter: 'simulator',
  baseUrl: simulatorBaseUrl,
  credentials: [],
  headTimeoutMs: 60_000,
  idleTimeoutMs: 60_000,
  onHangUp: 'close',
  outputLimitField: 'max_tokens',
};

export function targetOf(model: string, provider: Provider = simulatorRow): Target {
  return {
    provider,
    model,
    name: `${provider.name}/${model}`,
    tokenizer: 'bytes/4',
    streamsAllOutput: true,
    contextWindow: 1_000_000,
    maxOutputTokens: 100_000,
    defaultOutputTokens: 4_096,
  };
}

export function routeOf(target: Target, kind: Route['kind'] = 'chat'): Route {
  return { name: target.name, subject: 'model', kind, targets: [target], createdAt: 0 };
}

function simulatedRoutes(): readonly Route[] {
  return [
    ...['echo', 'cent', 'slow', 'shapes'].map((model) => routeOf(targetOf(model))),
    routeOf(targetOf('embed'), 'embedding'),
    routeOf(targetOf('moderation'), 'moderation'),
    routeOf(targetOf('rerank'), 'rerank'),
    routeOf(targetOf('video'), 'video'),
    routeOf(targetOf('music'), 'music'),
    routeOf(targetOf('image'), 'image'),
    routeOf(targetOf('speech'), 'speech'),
    routeOf(targetOf('transcribe'), 'transcription'),
  ];
}

const perSecond = (price: string, resolution: string): PriceComponent => ({
  meter: 'video_second',
  price,
  per: '1',
  currency: 'usd',
  when: { resolution: [resolution] },
});

const simulatedPrices: Readonly<Partial<Record<string, readonly PriceComponent[]>>> = {
  cent: [{ meter: 'request', price: '0.01', per: '1', currency: 'usd' }],
  rerank: [{ meter: 'search_unit', price: '2', per: '1000', currency: 'usd' }],
  video: [perSecond('0.10', '720p'), perSecond('0.30', '1080p')],
  music: [{ meter: 'song', price: '0.05', per: '1', currency: 'usd' }],
  image: [
    { meter: 'image', price: '0.01', per: '1', currency: 'usd' },
    { meter: 'image', price: '0.02', per: '1', currency: 'usd', when: { quality: ['hd'] } },
  ],
  speech: [{ meter: 'character', price: '10', per: '1000000', currency: 'usd' }],
  transcribe: [{ meter: 'audio_second_in', price: '0.006', per: '60', currency: 'usd' }],
};

/** A dollar a million for input, two for output; a cent a call for `cent`, two a thousand units of search. */
function priceOf(name: string, kind: 'model' | 'alias', hasOutput: boolean): PriceVersion {
  const perToken = (meter: 'input' | 'output', price: string): PriceComponent => ({
    meter,
    price,
    per: '1000000',
    currency: 'usd',
  });
  const components: readonly PriceComponent[] = simulatedPrices[name.split('/').at(-1) ?? ''] ?? [
    perToken('input', '1'),
    ...(hasOutput ? [perToken('output', '2')] : []),
  ];
  return {
    id: createHash('md5').update(name).digest('hex'),
    subject: { kind, name },
    book: 'list',
    currency: 'usd',
    components,
    modifiers: [],
    ...(name.endsWith('/cent') ? { pricingModel: 'per_request' as const } : {}),
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}
