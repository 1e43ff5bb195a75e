// What a call must be charged, from what its provider and its caller saw of it: no receipt is asked.
import type { CallRecord } from './call-record.ts';
import { menu } from './menu.ts';
import type { PriceShelf } from './price-shelf.ts';
import type { Reported } from './script.ts';
import type { Sending } from './sending.ts';
import { wholePiece } from './simulated-upstream.ts';
import { chargeFor } from './tariff.ts';
import { reportedIn, tokensOf } from './wire.ts';

export class Truth {
  readonly #record: CallRecord;
  readonly #factor: bigint;

  constructor(record: CallRecord, shelf: PriceShelf) {
    this.#record = record;
    this.#factor = record.dispatched ? shelf.factorOf(record.dispatched.pins.charge.versionId) : 1n;
  }

  /** Mostly one total; more when the caller hung up at a moment that the provider cannot know. */
  finals(): readonly bigint[] {
    const sending = this.#record.sendings.at(-1);
    if (!sending || sending.givenUp === 'before-it-was-sent') return [0n];
    if (sending.givenUp === 'before-the-head') return [this.#guess(0)];
    const { script } = sending;
    switch (script.kind) {
      case 'unreachable':
      case 'breaks-before-head':
      case 'silent':
      case 'refusal':
        return [0n];
      case 'whole': {
        if (sending.bodyEnd !== 'ended') return [this.#guess(0)];
        if (script.usage) return [this.#price(script.usage)];
        const hasOutput = this.#record.call.kind === 'chat';
        return [this.#guess(hasOutput ? Math.ceil(wholePiece(script).bytes.length / 4) : 0)];
      }
      case 'stream':
        return this.#streamed(sending);
    }
  }

  /** For a call from which nobody came back: what was written down of it last. */
  estimates(): readonly bigint[] {
    const { checkpoints, estimateOnDisk, posted } = this.#record;
    const afterCheckpoints = checkpoints.map(({ promptTokens, completionTokens }) => this.#price({ promptTokens, completionTokens }));
    const last = afterCheckpoints.at(-1) ?? this.#guess(0);
    // A reaper may have come before the last checkpoint.
    return estimateOnDisk || posted.length > 0 ? [this.#guess(0), ...afterCheckpoints] : [last];
  }

  #streamed({ taken, closed }: Sending): readonly bigint[] {
    const { hungUp, tokensPassed, held } = this.#record;
    const fields = taken.reduce<Record<string, number>>((words, event) => ({ ...words, ...event.usage }), {});
    const said = reportedIn(fields);
    const guessed = this.#guess(tokensOf(taken));
    if (closed && !hungUp) return [smaller(this.#guess(tokensPassed), held)];
    if (said && (taken.some((event) => event.kind === 'usage') || !hungUp)) return [this.#price(said)];
    if (!hungUp) return [guessed];
    const prefixes = taken.map((_, index) => this.#guess(tokensOf(taken.slice(0, index))));
    return [guessed, ...(said ? [this.#price(said)] : []), ...(closed ? prefixes : [])];
  }

  /** The prompt as its bytes tell, four to a token. */
  #guess(completionTokens: number): bigint {
    return this.#price({ promptTokens: Math.ceil(this.#record.call.bodyBytes / 4), completionTokens });
  }

  #price(consumed: Reported): bigint {
    return chargeFor(menu[this.#record.dish].tariff, this.#factor, consumed);
  }
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}
