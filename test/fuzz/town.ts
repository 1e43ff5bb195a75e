// The gateway under fire: the real door over HTTP, on the memory keepers, with providers of the test's own.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Route } from '#core/catalog/catalog.ts';
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
    [10, await key('1000', { overspendPolicy: 'strict' })],
    [8, await key('0.002')],
    [4, await key('0')],
    [6, await key('1000', { limits: { concurrency: 2, requestsPerMinute: 600, tokensPerMinute: 100_000 } })],
    [4, await key('1000', { limits: { budgets: { total: parseAmount('0.01', usd) } } })],
    [3, await key('1000', { allowedModels: ['good/chat'] })],
    [2, await key('1000', { refusedBecause: 'Its user has left.' })],
    [2, await key('1000', { expiresAt: 1 })],
    [1, `vk_${'x'.repeat(43)}`],
  ];
  const chat = twin.house.snapshot.catalog.routes.values().filter(({ kind }) => kind !== 'embedding');
  const embedding = twin.house.snapshot.catalog.routes.values().filter(({ kind }) => kind === 'embedding');
  const models = { chat: [...chat.map(nameOf), 'no/such'], embedding: embedding.map(nameOf).toArray() };
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

function routes(good: FuzzUpstream, flaky: FuzzUpstream): readonly Route[] {
  const both = [targetOf('chat', flaky.openAi), targetOf('chat', good.openAi)];
  return [
    routeOf(targetOf('chat', good.openAi)),
    routeOf({ ...targetOf('whole', good.openAi), streamsAllOutput: false }),
    routeOf(targetOf('opus', good.anthropic)),
    routeOf(targetOf('embed', good.openAi), 'embedding'),
    routeOf(targetOf('chat', flaky.openAi)),
    routeOf(targetOf('opus', flaky.anthropic)),
    routeOf(targetOf('embed', flaky.openAi), 'embedding'),
    { name: 'either', subject: 'alias', kind: 'chat', targets: both, createdAt: 0 },
  ];
}

function nameOf({ name }: Route): string {
  return name;
}

function said(details: object): string {
  const error: unknown = 'error' in details ? details.error : undefined;
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(details).slice(0, 2_000);
}
