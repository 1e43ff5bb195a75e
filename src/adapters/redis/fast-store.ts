// The fast store of many processes: every deed is one run of one script, so that nothing comes between its steps.
import type { AdjustedCall } from '#core/ledger/adjustment.ts';
import { callText, entryText, readCall, readEntry } from '#core/ledger/entry-json.ts';
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import { type UnitsGiven, unitsGiven, type UnitsTaken, type UnitsWanted } from '#core/ledger/unit-counter.ts';
import { type Amount, amount } from '#core/money/amount.ts';
import { rangesFromJson, rangesToJson, type UnitRanges } from '#core/usage/unit-range.ts';
import type {
  Checkpoint,
  ExpiredHold,
  ExtendOutcome,
  FastStore,
  HoldOutcome,
  HoldRequest,
  LedgerTruth,
  MoneyWanted,
  SettleOutcome,
  SpentCounter,
  StoreWallet,
  WalletView,
} from '#ports/fast-store.ts';
import type { RedisConnection } from './connection.ts';
import { keptCounter, type Json, moneyWanted, readGiven, readOutcome, type WrittenGiven } from './said.ts';

export interface RedisFastStoreOptions {
  readonly connection: RedisConnection;
  /** With this many entries waiting for the ledger, new calls are refused. */
  readonly outboxMax: number;
  /** What everything is kept under; stores of other names know nothing of each other. */
  readonly shard?: string;
  /** Missing: Redis's own clock, which all processes share. */
  readonly now?: () => number;
}

export function redisFastStore(options: RedisFastStoreOptions): FastStore {
  return new RedisFastStore(options);
}

class RedisFastStore implements FastStore {
  readonly #connection: RedisConnection;
  readonly #outboxMax: number;
  readonly #shard: string;
  readonly #now: (() => number) | undefined;

  constructor({ connection, outboxMax, shard = '{faregate}:', now }: RedisFastStoreOptions) {
    this.#connection = connection;
    this.#outboxMax = outboxMax;
    this.#shard = shard;
    this.#now = now;
  }

  async load(
    wallets: readonly StoreWallet[],
    counters: readonly SpentCounter[],
    units: readonly UnitsTaken[] = [],
  ): Promise<void> {
    await this.#run('load', {
      wallets: wallets.map(walletJson),
      counters: counters.map(spentJson),
      units: units.map(takenJson),
    });
  }

  async hold(request: HoldRequest): Promise<HoldOutcome> {
    const { budgets, rates, slots, requestId, walletId, leaseMs } = request;
    const answer = await this.#run('hold', {
      ...moneyWanted(request),
      requestId,
      walletId,
      leaseMs,
      slots,
      outboxMax: this.#outboxMax,
      minBalance: String(request.minBalance),
      tokens: String(request.tokens),
      budgets: budgets.map((budget) => ({
        ...keptCounter(budget),
        source: budget.source,
        limit: String(budget.limit),
      })),
      rates: rates.map((rate) => ({ ...rate, limit: String(rate.limit) })),
    });
    return readOutcome(answer) as HoldOutcome;
  }

  async dispatch(call: DispatchedCall, leaseMs: number): Promise<boolean> {
    return (await this.#run('dispatch', { requestId: call.requestId, leaseMs }, callText(call))) === 1;
  }

  async touch(requestId: string, leaseMs: number, checkpoint?: Checkpoint): Promise<boolean> {
    const blob = checkpoint === undefined ? '' : JSON.stringify(checkpoint);
    return (await this.#run('touch', { requestId, leaseMs }, blob)) === 1;
  }

  async extend(requestId: string, more: MoneyWanted & { readonly tokens: bigint }): Promise<ExtendOutcome> {
    const said = { ...moneyWanted(more), requestId, tokens: String(more.tokens) };
    return readOutcome(await this.#run('extend', said)) as ExtendOutcome;
  }

  async give(requestId: string, walletId: string, wanted: readonly UnitsWanted[]): Promise<readonly UnitsGiven[]> {
    const said = wanted.map((each) => ({ ...keptCounter(each), units: String(each.units) }));
    return readGiven(await this.#run('give', { requestId, walletId, wanted: said }));
  }

  async settle(entry: ChargeEntry, actualTokens: bigint): Promise<SettleOutcome> {
    const said = { ...wordOf(entry), tokens: String(actualTokens) };
    return readOutcome(await this.#run('settle', said, entryText(entry))) as SettleOutcome;
  }

  async void(requestId: string): Promise<boolean> {
    return (await this.#run('void', { requestId })) === 1;
  }

  async expired(limit: number): Promise<readonly ExpiredHold[]> {
    const found = (await this.#run('expired', { limit })) as readonly [id: string, call: string, checkpoint: string][];
    return found.map(([requestId, text, checkpoint]) => {
      if (text === '') return { state: 'held', requestId };
      const call = readCall(JSON.parse(text) as Parameters<typeof readCall>[0]);
      if (checkpoint === '') return { state: 'dispatched', call };
      return { state: 'dispatched', call, checkpoint: JSON.parse(checkpoint) as Checkpoint };
    });
  }

  async reap(entry: ChargeEntry): Promise<boolean> {
    return (await this.#run('reap', wordOf(entry), entryText(entry))) === 1;
  }

  async credit(
    walletId: string,
    credited: Amount,
    creditSeq: bigint,
    adjusted: readonly AdjustedCall[] = [],
  ): Promise<'applied' | 'repeated' | 'missing'> {
    const said = {
      walletId,
      amount: String(credited),
      creditSeq: String(creditSeq),
      adjusted: adjusted.map(({ before, after, counters, ...call }) => ({
        ...call,
        before: String(before),
        after: String(after),
        counters: counters.map(keptCounter),
      })),
    };
    return (await this.#run('credit', said)) as 'applied' | 'repeated' | 'missing';
  }

  async resync({ wallets, counters, registers, units, given }: LedgerTruth): Promise<boolean> {
    const truth = {
      wallets: wallets.map(walletJson),
      counters: counters.map(spentJson),
      units: units.map(takenJson),
      registers: Object.fromEntries(
        [...registers].map(([id, { total, final, revision }]) => [id, { total: String(total), final, revision }]),
      ),
      given: Object.fromEntries([...given].map(([id, each]) => [id, each.map(givenJson)])),
    };
    return (await this.#run('resync', truth)) === 1;
  }

  async wallet(walletId: string): Promise<WalletView | undefined> {
    const kept = (await this.#run('wallet', { walletId })) as readonly [string, string, string, string] | null;
    if (kept === null) return undefined;
    const [balance, held, available] = [kept[0], kept[1], kept[2]].map((text) => amount(BigInt(text)));
    if (balance === undefined || held === undefined || available === undefined) return undefined;
    return { balance, held, available, creditSeq: BigInt(kept[3]) };
  }

  async spent({ scope, period }: Counter): Promise<Amount> {
    return amount(BigInt((await this.#run('spent', { scope, period })) as string));
  }

  async taken({ scope, period }: Counter): Promise<UnitRanges> {
    return rangesFromJson(
      JSON.parse((await this.#run('taken', { scope, period })) as string) as WrittenGiven['ranges'],
    );
  }

  async outbox(limit: number): Promise<readonly ChargeEntry[]> {
    const texts = (await this.#run('outbox', { limit })) as readonly string[];
    return texts.map((text) => readEntry(JSON.parse(text) as Parameters<typeof readEntry>[0]));
  }

  async outboxSize(): Promise<number> {
    return (await this.#run('outboxSize', {})) as number;
  }

  async confirm(eventIds: readonly string[]): Promise<void> {
    if (eventIds.length > 0) await this.#run('confirm', { eventIds });
  }

  #run(deed: string, said: Json, blob = ''): Promise<unknown> {
    return this.#connection.run({ shard: this.#shard, deed, nowMs: this.#now?.(), said, blob });
  }
}

/** What the store must know of an entry; the entry itself is only kept. */
function wordOf(entry: ChargeEntry): Json {
  const rated = entry.total - (entry.chargeReceipt.adjustment ?? 0n);
  if (rated < 0n) throw new RangeError(`The entry ${entry.eventId} charges less than nothing: ${rated}.`);
  const { eventId, call, total, final, revision } = entry;
  return {
    requestId: call.requestId,
    walletId: call.walletId,
    eventId,
    total: String(total),
    final,
    revision,
    counters: call.counters.map(keptCounter),
    given: unitsGiven(entry).map(givenJson),
  };
}

function givenJson({ scope, period, ranges }: UnitsGiven): Json {
  return { ...keptCounter({ scope, period }), ranges: rangesToJson(ranges) };
}

function takenJson({ scope, period, taken }: UnitsTaken): Json {
  return { ...keptCounter({ scope, period }), taken: rangesToJson(taken) };
}

function spentJson({ scope, period, spent }: SpentCounter): Json {
  return { ...keptCounter({ scope, period }), spent: String(spent) };
}

function walletJson({ walletId, balance, creditSeq }: StoreWallet): Json {
  return { walletId, balance: String(balance), creditSeq: String(creditSeq) };
}
