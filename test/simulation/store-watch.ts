// Keeps the shadow up to date, deed by deed, and checks each against it.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { ExtendOutcome, HoldOutcome, HoldRequest, SettleOutcome, StoreWallet } from '#ports/fast-store.ts';
import { checkAdmission, checkBudgets, checkLimits } from './admission.ts';
import type { Probes } from './probes.ts';
import { checkRefusal } from './refusal.ts';
import type { Shadow, ShadowHold } from './shadow.ts';
import { must } from './violation.ts';

export interface WatchOptions {
  readonly shadow: Shadow;
  readonly probes: Probes;
  readonly now: () => number;
  readonly onAsked: (request: HoldRequest) => void;
  readonly onHeld: (requestId: string, granted: bigint) => void;
  /** `false`: it has no hold, and must not be sent. */
  readonly onDispatched: (requestId: string, done: boolean) => void;
  readonly onPosted: (entry: ChargeEntry) => void;
  /** A check that fails must not look like a failure of the store, which the gateway would live with. */
  readonly breaks: (error: unknown) => void;
}

export class StoreWatch {
  readonly #options: WatchOptions;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  loaded(wallets: readonly StoreWallet[]): void {
    const { creditSeqs } = this.#options.shadow;
    for (const { walletId, creditSeq } of wallets) if (!creditSeqs.has(walletId)) creditSeqs.set(walletId, creditSeq);
  }

  asked(request: HoldRequest, outcome: HoldOutcome): void {
    const { shadow, probes, now, onAsked, onHeld } = this.#options;
    const nowMs = now();
    this.#check(() => onAsked(request));
    probes.saw(`hold: ${outcome.kind}`);
    if (outcome.kind !== 'held') {
      this.#check(() => checkRefusal({ shadow, request, nowMs }, outcome));
      return;
    }
    const { granted } = outcome;
    if (granted < request.amount) probes.saw('hold: less than the worst case');
    this.#check(() => checkAdmission({ shadow, request, granted }));
    this.#check(() => checkBudgets({ shadow, request, granted }));
    const hold: ShadowHold = {
      request,
      firstGranted: granted,
      granted,
      tokens: request.tokens,
      ended: undefined,
      atMs: nowMs,
      dispatched: false,
      leaseEndMs: nowMs + request.leaseMs,
    };
    shadow.holds.set(request.requestId, hold);
    shadow.admitted.push(hold);
    onHeld(request.requestId, granted);
    this.#check(() => checkLimits({ shadow, request, nowMs }));
  }

  dispatched(requestId: string, leaseMs: number, done: boolean): void {
    const { shadow, now, onDispatched } = this.#options;
    onDispatched(requestId, done);
    const hold = shadow.holds.get(requestId);
    if (!hold) return;
    hold.dispatched = true;
    hold.leaseEndMs = now() + leaseMs;
  }

  touched(requestId: string, leaseMs: number): void {
    const hold = this.#options.shadow.holds.get(requestId);
    if (hold) hold.leaseEndMs = this.#options.now() + leaseMs;
  }

  extended(requestId: string, { tokens }: { readonly tokens: bigint }, outcome: ExtendOutcome): void {
    const { shadow, probes, onHeld } = this.#options;
    probes.saw(`extend: ${outcome.kind}`);
    const hold = shadow.holds.get(requestId);
    if (outcome.kind !== 'extended' || !hold) return;
    const { granted } = outcome;
    this.#check(() => checkAdmission({ shadow, request: hold.request, granted }));
    this.#check(() => checkBudgets({ shadow, request: hold.request, granted }));
    hold.granted += granted;
    hold.tokens += tokens;
    onHeld(requestId, granted);
  }

  settled(entry: ChargeEntry, tokens: bigint, outcome: SettleOutcome): void {
    this.#options.probes.saw(`settle: ${outcome.kind}`);
    if (outcome.kind === 'settled') this.#post(entry, tokens);
    if (outcome.balance < 0n) this.#options.probes.saw('wallet below zero');
  }

  voided(requestId: string): void {
    const { shadow, probes } = this.#options;
    const hold = shadow.holds.get(requestId);
    if (!hold) return;
    probes.saw('hold voided');
    this.#check(() => must(!hold.dispatched, 'what may have been sent was given back', () => requestId));
    shadow.admitted.splice(shadow.admitted.indexOf(hold), 1);
    shadow.holds.delete(requestId);
  }

  reaped(entry: ChargeEntry): void {
    const { shadow, probes, now } = this.#options;
    const hold = shadow.holds.get(entry.call.requestId);
    if (!hold) return;
    probes.saw('hold reaped');
    const early = (): string => `${entry.call.requestId}: ${hold.leaseEndMs - now()} ms early`;
    this.#check(() => must(hold.leaseEndMs <= now(), 'reaped while it lived', early));
    this.#post(entry, hold.tokens);
  }

  credited(walletId: string, creditSeq: bigint, outcome: 'applied' | 'repeated' | 'missing'): void {
    this.#options.probes.saw(`credit: ${outcome}`);
    if (outcome === 'applied') this.#options.shadow.creditSeqs.set(walletId, creditSeq);
  }

  resynced(wallets: readonly StoreWallet[], done: boolean): void {
    const { shadow, probes } = this.#options;
    probes.saw(done ? 'resync' : 'resync refused');
    if (!done) return;
    for (const { walletId, creditSeq } of wallets) {
      shadow.creditSeqs.set(walletId, creditSeq);
      shadow.drifted.delete(walletId);
    }
  }

  confirmed(eventIds: readonly string[]): void {
    for (const eventId of eventIds) this.#options.shadow.outbox.delete(eventId);
  }

  #post(entry: ChargeEntry, tokens: bigint): void {
    const { shadow, onPosted } = this.#options;
    const hold = shadow.holds.get(entry.call.requestId);
    if (hold) hold.ended = { tokens, money: entry.total };
    shadow.holds.delete(entry.call.requestId);
    shadow.post(entry);
    this.#check(() => onPosted(entry));
  }

  #check(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#options.breaks(error);
    }
  }
}
