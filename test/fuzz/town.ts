// The gateway under fire: the real door over HTTP, on the memory keepers, with providers of the test's own.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ModelKind, Route } from '#core/catalog/catalog.ts';
import { parseAmount, currencyOf } from '#core/money/currency.ts';
import { callAddresses } from '#http/gateway/call-paths.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from '#test/gateway/twin-gateway.ts';
import { type FuzzUpstream, startFuzzUpstream } from './fuzz-upstream.ts';
import type { Planning } from './request-plan.ts';

const usd = currencyOf('usd');

export interface Town {
  readonly twin: TwinGateway;
  readonly port: number;
  readonly good: FuzzUpstream;
  readonly flaky: FuzzUpstream;
  /** By wallet, what was paid in. */
  readonly deposits: ReadonlyMap<string, bigint>;
  /** Connections to where nobody may connect. */
  readonly foreignConnections: () => number;
  /** Errors that the gateway has logged since they were last taken: bugs. */
  takeErrors(): readonly string[];
  /** By request, the kind of every failure of 500 and above. */
  readonly failures: ReadonlyMap<string, string>;
  readonly planning: (seed: string) => Planning;
  /** Where this process may connect to. */
  readonly allowed: ReadonlySet<string>;
  stop(): Promise<void>;
}

export async function buildTown(): Promise<Town> {
  const [good, flaky] = await Promise.all([startFuzzUpstream('good', false), startFuzzUpstream('flaky', true)]);
  let foreignConnections = 0;
  const foreign = createServer((_request, response) => response.end('You should not be here.'));
  foreign.on('connection', () => (foreignConnections += 1));
  await new Promise<void>((resolve) => {
    foreign.listen(0, '127.0.0.1', resolve);
  });
  const foreignHost = `127.0.0.1:${(foreign.address() as AddressInfo).port}`;
  const errors: string[] = [];
  const failures = new Map<string, string>();
  const log = {
    info: () => undefined,
    warn: ({ request_id, kind }: Readonly<Record<string, unknown>>) =>
      void (typeof kind === 'string' && failures.set(String(request_id), kind)),
    error: (details: object, message: string) => void errors.push(`${message}: ${said(details)}`),
  };
  const twin = await startTwinGateway({ routes: routes(good, flaky), log });
  const port = Number(new URL(twin.url).port);
  const deposits = new Map<string, bigint>();
  const key = async (balance: string, more: Parameters<TwinGateway['key']>[1] = {}): Promise<string> => {
    const made = await twin.key(balance, more);
    deposits.set(made.caller.walletId, balance === '0' ? 0n : parseAmount(balance, usd));
    return made.key;
  };
  const keys: Planning['keys'] = [
    [60, await key('1000000')],
    [10, await key('1000000', { overspendPolicy: 'strict' })],
    [8, await key('0.002')],
    [4, await key('0')],
    [6, await key('1000', { limits: { concurrency: 2, requestsPerMinute: 600, tokensPerMinute: 100_000 } })],
    [4, await key('1000', { limits: { budgets: { total: parseAmount('0.01', usd) } } })],
    [3, await key('1000', { allowedModels: ['good/chat'] })],
    [2, await key('1000', { refusedBecause: 'Its user has left.' })],
    [2, await key('1000', { expiresAt: 1 })],
    [1, `vk_${'x'.repeat(43)}`],
  ];
  const models = modelsOf(twin.house.snapshot.catalog.routes.values());
  const jobs = await makeJobs(
    twin,
    keys.slice(0, 2).map(([, each]) => each),
  );
  const { port: simulatorPort } = new URL(twin.simulator.origin);
  return {
    twin,
    port,
    good,
    flaky,
    deposits,
    foreignConnections: () => foreignConnections,
    takeErrors: () => errors.splice(0),
    failures,
    planning: (seed) => ({
      seed,
      host: `127.0.0.1:${port}`,
      foreign: { url: `http://${foreignHost}`, host: foreignHost },
      addresses: callAddresses,
      models,
      jobs,
      keys,
    }),
    allowed: new Set([port, good.port, flaky.port, simulatorPort].map((each) => `127.0.0.1:${each}`)),
    async stop() {
      await twin.stop();
      good.stop();
      flaky.stop();
      foreign.closeAllConnections();
      foreign.close();
    },
  };
}

/** Of each kind of model, the one that answers well and the one that does not. */
const kinds: readonly (readonly [name: string, kind: ModelKind])[] = [
  ['embed', 'embedding'],
  ['rerank', 'rerank'],
  ['image', 'image'],
  ['speech', 'speech'],
  ['transcribe', 'transcription'],
  ['video', 'video'],
];

function routes(good: FuzzUpstream, flaky: FuzzUpstream): readonly Route[] {
  const both = [targetOf('chat', flaky.openAi), targetOf('chat', good.openAi)];
  return [
    routeOf(targetOf('chat', good.openAi)),
    routeOf({ ...targetOf('whole', good.openAi), streamsAllOutput: false }),
    routeOf(targetOf('opus', good.anthropic)),
    routeOf(targetOf('chat', flaky.openAi)),
    routeOf(targetOf('opus', flaky.anthropic)),
    routeOf(targetOf('flash', flaky.google)),
    routeOf(targetOf('command', flaky.cohere)),
    ...[good, flaky].flatMap(({ cohere }) => [
      routeOf(targetOf('texts', cohere), 'embedding'),
      routeOf(targetOf('rerank', cohere), 'rerank'),
    ]),
    ...kinds.flatMap(([name, kind]) => [good, flaky].map(({ openAi }) => routeOf(targetOf(name, openAi), kind))),
    { name: 'either', subject: 'alias', kind: 'chat', targets: both, createdAt: 0 },
  ];
}

function modelsOf(all: Iterable<Route>): Planning['models'] {
  const named: Partial<Record<ModelKind, string[]>> = { chat: ['no/such'] };
  for (const { name, kind } of all) (named[kind] ??= []).push(name);
  return named;
}

const jobsOfEach = 30;

/** Of the first key, who sends most, and of another wallet. */
async function makeJobs({ url }: TwinGateway, keys: readonly string[]): Promise<readonly string[]> {
  const begun = async (key: string, path: string, model: string): Promise<string> => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-sim-job-ms': '20' },
      body: JSON.stringify({ model, prompt: 'A tram' }),
    });
    const { id } = (await response.json()) as { readonly id?: unknown };
    if (typeof id !== 'string') throw new Error(`No job was begun: ${response.status}.`);
    return id;
  };
  const all = keys.flatMap((key) =>
    Array.from({ length: jobsOfEach }, () => [
      begun(key, '/v1/videos', 'sim/video'),
      begun(key, '/v1/videos', 'good/video'),
      begun(key, '/v1/music/generations', 'sim/music'),
    ]).flat(),
  );
  return Promise.all(all);
}

function said(details: object): string {
  const error: unknown = 'error' in details ? details.error : undefined;
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(details).slice(0, 2_000);
}
