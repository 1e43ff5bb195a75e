// Sends seeded requests at a gateway, many at once, and judges every answer and what is left behind.
import { failureKinds } from '#core/failure.ts';
import { eventually } from '#test/gateway/wire.ts';
import { watchOutbound } from './outbound-watch.ts';
import { type Outcome, RawCaller } from './raw-caller.ts';
import { type Plan, planOf } from './request-plan.ts';
import { buildTown, type Town } from './town.ts';

export interface Fuzzing {
  readonly seed: string;
  readonly numbers: readonly number[];
  readonly callers: number;
  readonly onProgress?: (sent: number) => void;
  readonly onOutcome?: (plan: Plan, outcome: Outcome) => void;
}

export interface Fuzzed {
  /** By kind, how often; statuses with their codes. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** What must not be. */
  readonly violations: readonly Violation[];
  readonly upstreamRequests: number;
  readonly charges: number;
}

export interface Violation {
  /** The requests on its connection, as far as they are known; the last is the one that it is about. */
  readonly nos?: readonly number[];
  readonly what: string;
}

/** A violation more proves nothing more. */
const violationsMax = 100;

export async function fuzz({ seed, numbers, callers, onProgress, onOutcome }: Fuzzing): Promise<Fuzzed> {
  const watch = watchOutbound();
  const town = await buildTown();
  const planning = town.planning(seed);
  const outcomes = new Map<string, number>();
  const violations: Violation[] = [];
  const upstreamFailures: Blamed[] = [];
  let next = 0;
  const call = async (): Promise<void> => {
    const caller = new RawCaller(town.port);
    while (next < numbers.length && violations.length < violationsMax) {
      const no = numbers[next++] ?? 0;
      const plan = planOf(no, planning);
      const outcome = await caller.send(plan);
      onOutcome?.(plan, outcome);
      const judged = judge(town, plan, outcome);
      outcomes.set(judged.name, (outcomes.get(judged.name) ?? 0) + 1);
      if (judged.violation !== undefined) {
        violations.push({ nos: caller.earlier, what: `${plan.about}: ${judged.violation}` });
      }
      if (judged.blamed) upstreamFailures.push(judged.blamed);
      for (const error of town.takeErrors()) violations.push({ nos: [no], what: `about there: ${error}` });
      onProgress?.(next);
    }
    caller.close();
  };
  await Promise.all(Array.from({ length: callers }, call));
  try {
    violations.push(...(await whatIsLeft(town, upstreamFailures)));
    for (const [where, times] of watch.seen) {
      if (!town.allowed.has(where)) violations.push({ what: `connected to ${where}, ${times} times` });
    }
  } finally {
    watch.stop();
    await town.stop();
  }
  return {
    outcomes: Object.fromEntries([...outcomes].toSorted(([left], [right]) => left.localeCompare(right))),
    violations,
    upstreamRequests: town.good.served() + town.flaky.served(),
    charges: town.twin.ledger.tables.usageRecords.size,
  };
}

interface Blamed {
  readonly no: number;
  readonly requestId: string;
  readonly kind: string;
}

interface Judged {
  readonly name: string;
  readonly violation?: string;
  readonly blamed?: Blamed;
}

function judge({ failures }: Town, plan: Plan, outcome: Outcome): Judged {
  const how = outcome.kind === 'closed' ? `closed (${outcome.code})` : outcome.kind;
  const unanswered = plan.isWhole ? { violation: `${how}, and no answer` } : {};
  if (outcome.kind === 'garbled') return { name: 'garbled', violation: outcome.why };
  if (outcome.kind !== 'answered') return { name: outcome.kind, ...unanswered };
  const { status, headers, body } = outcome.answer;
  const code = codeOf(body);
  const name = `${status}${code === undefined ? '' : ` ${code}`}`;
  if (status >= 300 && status < 400) return { name, violation: `${name}: nobody is sent elsewhere` };
  if (status < 500) return { name };
  const requestId = headers.get('x-request-id') ?? '';
  const kind = failures.get(requestId);
  if (kind === undefined || !upstreamKinds.has(kind))
    return { name, violation: `${name}: ${body.toString().slice(0, 300)}` };
  return { name, blamed: { no: plan.no, requestId, kind } };
}

const upstreamKinds: ReadonlySet<string> = new Set(
  Object.keys(failureKinds).filter((kind) => kind.startsWith('upstream_')),
);

function codeOf(body: Buffer): string | undefined {
  return /"code":\s*"([a-z_]+)"/.exec(body.toString('latin1', 0, 4_096))?.[1];
}

async function whatIsLeft(town: Town, upstreamFailures: readonly Blamed[]): Promise<readonly Violation[]> {
  const { twin, good, flaky, deposits } = town;
  const { house, keeper, ledger, writer } = twin;
  const found: Violation[] = [];
  const held = async (walletId: string) => (await house.store.wallet(walletId))?.held ?? 0n;
  const isQuiet = async (): Promise<boolean> => {
    if (house.live.size > 0 || keeper.size > 0) return false;
    for (const walletId of deposits.keys()) if ((await held(walletId)) !== 0n) return false;
    return true;
  };
  const untilMs = Date.now() + quietMsMax;
  await eventually(async () => Date.now() > untilMs || (await isQuiet()), 50);
  if (house.live.size > 0) found.push({ what: `${house.live.size} calls are still under way` });
  if (keeper.size > 0) found.push({ what: `${keeper.size} jobs have not ended` });
  await writer.flush();
  const { usageRecords, registers, wallets } = ledger.tables;
  for (const [walletId, deposit] of deposits) {
    let balance = deposit;
    for (const register of registers.values()) if (register.walletId === walletId) balance -= register.total;
    const inStore = await house.store.wallet(walletId);
    if ((await held(walletId)) !== 0n) found.push({ what: `a hold is left: ${walletId}: ${await held(walletId)}` });
    if (wallets.get(walletId)?.balance !== balance)
      found.push({ what: `a balance is not deposits less charges: ${walletId}` });
    if (inStore && inStore.balance !== balance) found.push({ what: `store and ledger differ: ${walletId}` });
  }
  const attempts = new Map(
    [...usageRecords.values()].map(({ entry }) => [
      entry.call.requestId,
      // A job that was lost is charged by its dispatch alone.
      [entry.call.provider, ...entry.attempts.map(({ provider }) => provider)],
    ]),
  );
  for (const { no, requestId, kind } of upstreamFailures) {
    const tried = attempts.get(requestId) ?? [];
    if (!tried.some(mayFail))
      found.push({ nos: [no], what: `${kind}, and its provider had answered well: ${tried.join(', ')}` });
  }
  for (const { name, complaints } of [good, flaky]) {
    found.push(...complaints.slice(0, 20).map((what) => ({ what: `the provider ${name} ${what}` })));
  }
  if (town.foreignConnections() > 0)
    found.push({ what: `${town.foreignConnections()} connections to a foreign address` });
  return found;
}

/** The longest that a provider may be drained, and a little. */
const quietMsMax = 20_000;

/** The simulator fails when a header tells it to. */
function mayFail(provider: string): boolean {
  return provider.startsWith('flaky') || provider === 'sim';
}
