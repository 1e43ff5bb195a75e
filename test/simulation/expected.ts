// What a call must be charged, from what its provider and its caller saw of it: no receipt is asked.
import type { CallRecord } from './call-record.ts';
import type { UnitRanges } from '#core/usage/unit-range.ts';
import { countedCharge } from './counted-tariff.ts';
import { costTariff, countedOf, menu } from './menu.ts';
import type { PriceShelf } from './price-shelf.ts';
import type { Reported } from './script.ts';
import type { Sending } from './sending.ts';
import { wholePiece } from './simulated-upstream.ts';
import { chargeFor } from './tariff.ts';
import { reportedIn, tokensOf, type WireEvent } from './wire.ts';

/** More than a token is on average, so that a provider is not taken to have gone beyond its limit for its long words. */
const bytesPerTokenMax = 16;

export interface Due {
  /** With what it adjusts about others. */
  readonly charge: bigint;
  readonly adjustment: bigint;
  readonly cost: bigint;
}

const nothing: Due = { charge: 0n, adjustment: 0n, cost: 0n };

export class Truth {
  readonly #record: CallRecord;
  readonly #factor: bigint;
  readonly #given: UnitRanges;

  /** `given`: the units of its wallet's counters that it was charged for, if any; which ones, nobody else knows. */
  constructor(record: CallRecord, shelf: PriceShelf, given: UnitRanges) {
    this.#given = given;
    this.#record = record;
    this.#factor = record.dispatched ? shelf.factorOf(record.dispatched.pins.charge.versionId) : 1n;
  }

  /** Mostly one; more when the caller hung up at a moment that the provider cannot know. */
  finals(): readonly Due[] {
    const sending = this.#record.sendings.at(-1);
    if (!sending || sending.givenUp === 'before-it-was-sent') return [nothing];
    if (sending.givenUp === 'before-the-head') return [this.#guess(0)];
    const { script } = sending;
    switch (script.kind) {
      case 'unreachable':
      case 'breaks-before-head':
      case 'silent':
      case 'refusal':
        return [nothing];
      case 'whole': {
        if (sending.bodyEnd !== 'ended') return [this.#guess(0)];
        // Whatever bytes the answer has, a provider that keeps to its limit has made no more tokens.
        const counted = Math.min(Math.ceil(wholePiece(script).bytes.length / 4), sending.outputTokensMax);
        const due = this.#price(script.usage ?? {}, counted);
        // A stream set aside its first slice: for the rest of what came at once there may not have been the money.
        const isHeld = !this.#record.call.streamed || this.#isHeld(script.usage?.completionTokens ?? counted);
        return isHeld ? [due] : [due, this.#atMostHeld(due)];
      }
      case 'stream':
        return this.#streamed(sending);
    }
  }

  /** For a call from which nobody came back: what was written down of it last. */
  estimates(): readonly Due[] {
    const { checkpoints, estimateOnDisk, posted } = this.#record;
    const said = [this.#guess(0), ...checkpoints.map((checkpoint) => this.#price(checkpoint, 0))];
    // It crosses no threshold: the units that it is rated by are nobody's yet.
    const known = said.map((due) => ({ ...due, charge: due.charge - due.adjustment, adjustment: 0n }));
    // A reaper may have come before the last checkpoint.
    return estimateOnDisk || posted.length > 0 ? known : known.slice(-1);
  }

  #streamed({ taken, closedAtMs, bodyEnd, outputTokensMax }: Sending): readonly Due[] {
    const { passed, hungUpAtMs } = this.#record;
    const counted = (events: readonly WireEvent[]): number =>
      Math.min(tokensOf(events), Math.max(outputTokensMax, tokensOf(events, bytesPerTokenMax)));
    const cutOff = this.#atMostHeld(this.#guess(counted(passed)));
    if (closedAtMs !== undefined && (hungUpAtMs === undefined || closedAtMs < hungUpAtMs)) return [cutOff];
    const said = taken.reduce<Record<string, number>>((words, event) => ({ ...words, ...event.usage }), {});
    const reported = this.#price(reportedIn(said) ?? {}, counted(taken));
    if (hungUpAtMs === undefined) return [reported];
    // What a stream has said of itself so far counts only when it came to its own end.
    const isWhole = bodyEnd !== undefined || taken.some(({ kind, usage }) => kind === 'usage' && usage);
    const served = isWhole ? reported : this.#guess(counted(taken));
    return [
      // For what came after its caller had gone there may not have been the money.
      ...(this.#isHeld(tokensOf(taken)) ? [served] : [served, this.#atMostHeld(served)]),
      ...(closedAtMs === hungUpAtMs ? [cutOff] : []),
    ];
  }

  #atMostHeld(due: Due): Due {
    const { heldAsTold: held } = this.#record;
    const own = due.charge - due.adjustment;
    return { ...due, charge: (own < held ? own : held) + due.adjustment };
  }

  /** Whether its hold covers so much output for certain, with room for what a prompt is taken to be at most. */
  #isHeld(completionTokens: number): boolean {
    const { heldAsTold: held, call, dish } = this.#record;
    // Which units others leave it while it waits, nobody knows.
    if (countedOf(dish)) return false;
    return this.#price({ promptTokens: call.bodyBytes * 2 + 100, completionTokens }, 0).charge <= held;
  }

  #guess(completionTokens: number): Due {
    return this.#price({}, completionTokens);
  }

  /** What nobody reported is counted: the prompt by its bytes, four to a token. */
  #price(reported: Reported, counted: number): Due {
    const { dish, call } = this.#record;
    const { promptTokens = Math.ceil(call.bodyBytes / 4), completionTokens = counted } = reported;
    const consumed = { promptTokens, completionTokens };
    const cost = chargeFor(costTariff, 1n, consumed);
    const tariff = countedOf(dish);
    if (!tariff) return { charge: chargeFor(menu[dish].tariff, this.#factor, consumed), adjustment: 0n, cost };
    const due = countedCharge(tariff, { factor: this.#factor, consumed, given: this.#given });
    // What nobody can have been charged.
    if (!due) return { charge: -1n, adjustment: 0n, cost };
    return { charge: due.charge + due.adjustment, adjustment: due.adjustment, cost };
  }
}
