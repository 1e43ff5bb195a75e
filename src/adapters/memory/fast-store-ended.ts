// Calls that have ended, remembered for a while, so that whatever is delivered again is recognised.
import type { AdjustedCall } from '#core/ledger/adjustment.ts';
import type { RequestCharge } from '#core/ledger/register.ts';
import type { UnitsGiven } from '#core/ledger/unit-counter.ts';
import type { SettleOutcome } from '#ports/fast-store.ts';

/** With what was charged, which later words are compared to, and the answer that repeats get. */
export interface ChargedCall extends RequestCharge {
  readonly state: 'settled' | 'reaped';
  readonly eventId: string;
  readonly outcome: SettleOutcome;
  readonly given: readonly UnitsGiven[];
}

export type EndedCall = ChargedCall | { readonly state: 'voided' };

/** A settlement whose answer was lost is sent again within minutes; after this long, or this many, it is taken as new. */
const settledKeptMs = 3_600_000;
export const endedCallsMax = 100_000;

/** A void or an estimate may wait longer for a better word: a gateway comes back with its journal. */
const provisionalKeptMs = 86_400_000;

export class EndedCalls {
  readonly #settled: Recent<EndedCall>;
  readonly #provisional: Recent<EndedCall>;

  constructor(callsMax: number) {
    this.#settled = new Recent(settledKeptMs, callsMax);
    this.#provisional = new Recent(provisionalKeptMs, callsMax);
  }

  get(requestId: string): EndedCall | undefined {
    return this.#settled.get(requestId) ?? this.#provisional.get(requestId);
  }

  remember(requestId: string, call: EndedCall, nowMs: number): void {
    const isLastWord = call.state !== 'voided' && call.final;
    (isLastWord ? this.#settled : this.#provisional).set(requestId, call, nowMs);
  }

  /** Those whose word is the last one heard of them, and those on which a later word was settled meanwhile. */
  sorted(adjusted: readonly AdjustedCall[]) {
    const isReplaced = (call: AdjustedCall): boolean => {
      const ended = this.get(call.requestId);
      if (ended === undefined || ended.state === 'voided' || call.final) return false;
      return ended.final || ended.revision > call.revision;
    };
    return {
      standing: adjusted.filter((call) => !isReplaced(call)),
      replaced: adjusted.filter(isReplaced),
    };
  }

  /** An estimate's later word books the rest to what it has been adjusted to. */
  adjust(adjusted: readonly AdjustedCall[], nowMs: number): void {
    for (const { requestId, revision, after } of adjusted) {
      const ended = this.get(requestId);
      if (ended === undefined || ended.state === 'voided' || ended.final || ended.revision !== revision) continue;
      this.remember(requestId, { ...ended, total: after }, nowMs);
    }
  }
}

// Two generations: the younger fills up, becomes the older, and the older goes as a whole. So at least half of the
// bound in number, and all of the bound in time, is kept, and forgetting never searches.
class Recent<Value> {
  readonly #keptMs: number;
  readonly #half: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #youngSinceMs = Number.NEGATIVE_INFINITY;

  constructor(keptMs: number, max: number) {
    this.#keptMs = keptMs;
    this.#half = Math.max(1, Math.ceil(max / 2));
  }

  get(key: string): Value | undefined {
    // Nearly every call asks here in vain, and most of these maps are empty.
    return (
      (this.#young.size > 0 ? this.#young.get(key) : undefined) ?? (this.#old.size > 0 ? this.#old.get(key) : undefined)
    );
  }

  set(key: string, value: Value, nowMs: number): void {
    if (this.#young.size >= this.#half || nowMs - this.#youngSinceMs >= this.#keptMs) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSinceMs = nowMs;
    }
    this.#young.set(key, value);
  }
}
