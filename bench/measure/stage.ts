// Everything that runs during the benchmark, started once: load generators, mocks, proxies, the gateway.
import { type Payer, setUp } from '../gateway/administration.ts';
import { allBooked, type Booked, bookedNow } from '../gateway/charged.ts';
import { type GatewayProcess, startGateway } from '../gateway/process.ts';
import { listening, servedCalls } from '../mock/protocol.ts';
import { type Cores, pin } from '../parts/cores.ts';
import { type Part, startPart } from '../parts/part.ts';
import type { Mode } from '../workload.ts';
import type { Target } from './target.ts';

export interface Stage {
  readonly cores: Cores;
  readonly loaders: readonly Part[];
  readonly targets: Readonly<Record<Mode, readonly Target[]>>;
  billing(): Promise<Billing>;
  stop(): Promise<void>;
}

export interface Billing {
  /** By the mock's own count. */
  readonly served: number;
  readonly owedPicodollars: bigint;
  readonly booked: Booked;
}

// Two of each: one thread sends or takes fewer pieces of streams than the fastest server under test.
const loadersCount = 2;
const mockThreads = 2;

const mockFile = new URL('../mock/main.ts', import.meta.url);
const bareFile = new URL('../bare/main.ts', import.meta.url);
const loaderFile = new URL('../load/main.ts', import.meta.url);

export async function openStage(cores: Cores): Promise<Stage> {
  // What is started from here on inherits it; the servers under test are moved when they run.
  if (cores.pinned) pin(process.pid, cores.others);
  const parts: Part[] = [];
  const part = (file: URL): Part => {
    const started = startPart(file);
    parts.push(started);
    return started;
  };
  let gateway: GatewayProcess | undefined;
  const stop = async (): Promise<void> => {
    await gateway?.stop();
    for (const each of parts) each.stop();
  };
  try {
    const upstream = part(mockFile);
    const { port: upstreamPort } = await upstream.ask({ kind: 'listen', threads: mockThreads }, listening);
    gateway = await startGateway();
    const payers = await setUp(gateway, upstreamPort);
    const direct = await directTarget(part(mockFile));
    const proxy = gatewayTarget(upstream, gateway, payers);
    const targets = {
      plain: [direct, await bareTarget(part(bareFile), 'plain', upstreamPort), proxy],
      stream: [direct, await bareTarget(part(bareFile), 'stream', upstreamPort), proxy],
    };
    if (cores.pinned) for (const { pid } of [...targets.plain, ...targets.stream]) pin(pid, [cores.server]);
    const loaders = Array.from({ length: loadersCount }, () => part(loaderFile));
    return { cores, loaders, targets, billing: billing(upstream, gateway, payers), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function billing(upstream: Part, gateway: GatewayProcess, payers: readonly Payer[]): () => Promise<Billing> {
  return async () => {
    const booked = await allBooked(gateway, payers);
    const { calls, picodollars } = await servedFor(upstream);
    return { served: calls, owedPicodollars: picodollars, booked };
  };
}

function servedFor(upstream: Part) {
  return upstream.ask({ kind: 'served', sender: 'gateway' }, servedCalls);
}

async function directTarget(mock: Part): Promise<Target> {
  const { port } = await mock.ask({ kind: 'listen', threads: 1 }, listening);
  return { name: 'direct', pid: mock.pid, port, path: '/direct/v1/chat/completions', keys: [], ...keepsNoBooks };
}

async function bareTarget(bare: Part, mode: Mode, upstreamPort: number): Promise<Target> {
  const { port } = await bare.ask({ mode, upstreamPort }, listening);
  return { name: 'bare', pid: bare.pid, port, path: '/v1/chat/completions', keys: [], ...keepsNoBooks };
}

function gatewayTarget(upstream: Part, gateway: GatewayProcess, payers: readonly Payer[]): Target {
  return {
    name: 'gateway',
    pid: gateway.pid,
    port: gateway.port,
    path: '/v1/chat/completions',
    keys: payers.map(({ key }) => key),
    behind: async () => (await servedFor(upstream)).calls - (await bookedNow(gateway, payers)).charges,
    settled: () => allBooked(gateway, payers).then(() => undefined),
  };
}

const keepsNoBooks = { behind: () => Promise.resolve(0), settled: () => Promise.resolve() };
