// Lets a streamed answer through while counting it: buys more as it goes, and stops at the last affordable token.
import { sliceTokens } from '#core/call/bounds.ts';
import type { CallOutcome } from '#core/ledger/entry.ts';
import { type Amount, add, subtract, zero } from '#core/money/amount.ts';
import { affordableOutput, holdFor, type Quote } from '#core/pricing/quote.ts';
import { completeUsage } from '#core/usage/complete.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Door, StreamWords } from '#ports/door.ts';
import type { ProviderAdapter, StreamEvent, StreamReader } from '#ports/provider.ts';
import { UpstreamError } from '#ports/upstream.ts';
import type { Answered } from './attempt.ts';
import type { OpenCall } from './dispatch.ts';
import type { CallFare } from './fare.ts';
import { freeWanted, pooledFor } from './hold.ts';
import type { House } from './house.ts';
import { outputLimitOf } from './output-limit.ts';

/** A caller who is gone does not keep a provider busy for longer than this, where the provider bills the whole answer. */
const drainMs = 15_000;

const nothingMore = { deltas: 0, textBytes: 0 } as const;

// Text of any length has shorter tokens on average; single ones, such as a run of spaces, may be longer.
const bytesPerTokenMax = 16;

export interface Metered {
  readonly outcome: Extract<CallOutcome, 'completed' | 'cut_off' | 'abandoned' | 'broken'>;
  readonly usage: Usage;
  /** Set aside in the end. */
  readonly held: Amount;
  readonly lastEvent: Buffer | undefined;
  readonly usageEvent: Buffer | undefined;
  readonly cause?: UpstreamError;
  /** The provider has told of its failure in the stream, and the caller has read it. */
  readonly failureTold: boolean;
}

export async function meterStream(
  house: House,
  open: OpenCall,
  { answer, provider, priced }: Answered,
  { reader, words }: { readonly reader: StreamReader; readonly words: StreamWords },
  door: Door,
): Promise<Metered> {
  // Whoever answers by a price that is less than what was reckoned with need not buy as much.
  const meter = new StreamMeter(house, open, { door, words, quote: priced.quote });
  // What is no text does not pass by in tokens: how far it is says nothing.
  if (!open.call.expected) {
    open.progress = () => ({
      promptTokens: open.dispatched?.promptTokensEstimate ?? 0,
      completionTokens: meter.tokensCovered,
    });
  }
  const drains = priced.target.provider.onHangUp === 'drain';
  let draining: AbortController | undefined;
  const onHangUp = (): void => {
    meter.abandoned = true;
    if (!drains) return answer.body.close();
    draining = new AbortController();
    const { signal } = draining;
    void house.clock.sleep(drainMs, signal).then(() => signal.aborted || answer.body.close());
  };
  if (door.hungUp.aborted) onHangUp();
  else door.hungUp.addEventListener('abort', onHangUp, { once: true });
  let cause: UpstreamError | undefined;
  try {
    await answer.body.pour((piece) => {
      const taken = meter.take(reader.read(piece), 0);
      house.failpoints.reach('in-mid-stream');
      if (meter.cutOff) answer.body.close();
      return taken?.then(() => {
        if (meter.cutOff) answer.body.close();
      });
    });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    cause = error;
  } finally {
    draining?.abort();
    door.hungUp.removeEventListener('abort', onHangUp);
  }
  // An upstream may leave out the blank line behind its last event, which is the one with the usage.
  if (!cause) await meter.take(reader.read(Buffer.from('\n\n')).filter(isMoreThanBlank), 0);
  if (reader.end) await meter.take(reader.end(), 0);
  if (meter.abandoned) await meter.payBehind();
  const usage = usageOf(open, meter, { provider, cause });
  const told = {
    held: meter.held,
    lastEvent: meter.lastEvent,
    usageEvent: meter.usageEvent,
    failureTold: meter.failed,
  };
  return { outcome: outcomeOf(meter, cause), usage, ...told, ...(cause ? { cause } : {}) };
}

function isMoreThanBlank({ bytes, usage }: StreamEvent): boolean {
  return bytes.length > 2 || usage !== undefined;
}

function outcomeOf(meter: StreamMeter, cause: UpstreamError | undefined): Metered['outcome'] {
  if (meter.cutOff || meter.unpaid) return 'cut_off';
  if (meter.abandoned) return 'abandoned';
  return cause || meter.failed ? 'broken' : 'completed';
}

interface Heard {
  readonly provider: ProviderAdapter;
  readonly cause: UpstreamError | undefined;
}

function usageOf(open: OpenCall, meter: StreamMeter, { provider, cause }: Heard): Usage {
  const { rawUsage, usageEvent, usageIsLastWord, cutOff, abandoned } = meter;
  // Of a stream that was closed early, or that went on after it, what it has said so far is not the last word.
  const isReported = usageIsLastWord && (usageEvent || !(cutOff || cause?.kind === 'aborted'));
  const reported =
    rawUsage && (isReported ? provider.usageOfStream(rawUsage, open.call) : provider.usageOfBrokenStream?.(rawUsage));
  const prompt_tokens = open.dispatched?.promptTokensEstimate ?? 0;
  const expected = open.dispatched?.expected;
  const usage = completeUsage(reported, {
    prompt_tokens,
    completion_tokens: meter.tokensEstimate,
    expected,
    method: expected ? 'request' : 'streamed_text',
  });
  return isReported && reported && abandoned ? { ...usage, flags: [...usage.flags, 'drained'] } : usage;
}

/** Buys what a stream that was answered whole has consumed beyond its hold; `false` when that is not to be had. */
export async function payWhole(house: House, open: OpenCall, { priced }: Answered, tokens: number, door: Door) {
  const meter = new StreamMeter(house, open, { door, words: door.words, quote: priced.quote });
  meter.count(tokens);
  await meter.payBehind();
  return !meter.unpaid;
}

class StreamMeter {
  cutOff = false;
  abandoned = false;
  /** What came after the caller had gone is more than could be set aside. */
  unpaid = false;
  failed = false;
  rawUsage: Record<string, unknown> | undefined;
  usageEvent: Buffer | undefined;
  /** No text has come since. */
  usageIsLastWord = false;
  lastEvent: Buffer | undefined;
  held: Amount;
  #pooled: Amount;
  #deltas = 0;
  #textBytes = 0;
  #heldTokens: number;
  #extending: Promise<void> | undefined;
  #exhausted = false;
  #left: Promise<false> | undefined;
  readonly #house: House;
  readonly #open: OpenCall;
  readonly #door: Door;
  readonly #words: StreamWords;
  readonly #quote: Quote;

  constructor(
    house: House,
    open: OpenCall,
    { door, words, quote }: { readonly door: Door; readonly words: StreamWords; readonly quote: Quote },
  ) {
    this.#house = house;
    this.#open = open;
    this.#door = door;
    this.#words = words;
    this.#quote = quote;
    this.held = open.held.granted;
    this.#pooled = open.held.pooled;
    this.#heldTokens = open.held.outputTokens * open.call.choices;
  }

  // One piece of text is at least one token; where pieces hold several, four bytes make one, as in English text.
  get tokens(): number {
    return Math.max(this.#deltas, Math.ceil(this.#textBytes / 4));
  }

  /** As few as they can be: whether a provider has gone beyond its limit must not be guessed from long words. */
  get #tokensMin(): number {
    return Math.max(this.#deltas, Math.ceil(this.#textBytes / bytesPerTokenMax));
  }

  /** A provider that keeps to its limit has made no more than that, however long its words are. */
  get tokensEstimate(): number {
    return Math.min(this.tokens, Math.max(this.#limit, this.#tokensMin));
  }

  /** Of a stream whose caller has gone and whose money has run out: an estimate never goes beyond the hold. */
  get tokensCovered(): number {
    return isFreeOfCharge(this.#quote) ? this.tokensEstimate : Math.min(this.tokensEstimate, this.#heldTokens);
  }

  /** Passes events on from `from`; a promise while it waits for money or for a slow caller. */
  take(events: readonly StreamEvent[], from: number): void | Promise<void> {
    const passed: Buffer[] = [];
    for (let index = from; index < events.length && !this.cutOff; index += 1) {
      const event = events[index];
      if (!event) break;
      if (event.deltas > 0 && !this.abandoned && !this.#covers(event)) {
        return this.#buyAndGoOn(passed, events, index);
      }
      this.#deltas += event.deltas;
      this.#textBytes += event.textBytes;
      if (event.deltas > 0) this.usageIsLastWord = false;
      if (event.usage) this.#noteUsage(event);
      if (event.kind === 'error') this.failed = true;
      // What ends a stream waits until the call is settled.
      if (event.kind === 'usage' || event.kind === 'done') continue;
      if (event.bytes.length === 0) continue;
      passed.push(event.bytes);
      if (event.kind !== 'idle') this.lastEvent = event.bytes;
    }
    if (this.tokens + sliceTokens / 2 > this.#heldTokens) this.#buyAhead();
    return this.#pass(passed);
  }

  async #buyAndGoOn(passed: readonly Buffer[], events: readonly StreamEvent[], index: number): Promise<void> {
    await this.#pass(passed);
    const event = events[index];
    const paid = event !== undefined && !this.abandoned && (await this.#untilLeft(this.#buyFor(event)));
    // Nothing is kept from a caller who has gone: what its provider has made is counted to its end.
    if (paid || this.abandoned) await this.take(events, index);
    else this.cutOff = true;
  }

  /** What came at once. */
  count(tokens: number): void {
    this.#deltas += tokens;
  }

  /** Buys what a caller who has gone was not made to wait for. */
  async payBehind(): Promise<void> {
    await this.#extending;
    this.unpaid = !this.cutOff && !(await this.#buyFor(nothingMore));
  }

  #covers(event: Pick<StreamEvent, 'deltas' | 'textBytes'>): boolean {
    // Where all the output is held, only a provider that breaks its limit goes beyond it: long words are no proof.
    const bytesPerToken = this.#open.held.sliced ? 4 : bytesPerTokenMax;
    const bytes = this.#textBytes + event.textBytes;
    const tokens = Math.max(this.#deltas + event.deltas, Math.ceil(bytes / bytesPerToken));
    return tokens <= this.#heldTokens || isFreeOfCharge(this.#quote);
  }

  #noteUsage(event: StreamEvent): void {
    this.rawUsage ??= {};
    // The last word of each field counts; they are repeated, never to be added up.
    for (const [field, value] of Object.entries(event.usage ?? {})) {
      if (value !== null) this.rawUsage[field] = value;
    }
    this.usageIsLastWord = true;
    if (event.kind === 'usage') this.usageEvent = event.bytes;
  }

  #pass(passed: readonly Buffer[]): void | Promise<void> {
    const last = passed.at(-1);
    if (!last || this.abandoned) return;
    const bytes = passed.length === 1 ? last : Buffer.concat(passed);
    this.#words.hear?.(bytes);
    return this.#door.write(bytes);
  }

  #buyAhead(): void {
    const { sliced } = this.#open.held;
    if (!sliced || this.#exhausted || this.#extending || this.#tokensMin >= this.#wanted) return;
    this.#extending = this.#extend()
      .catch((error: unknown) => {
        // Nobody waits for what is bought ahead; it is asked for again when it is needed, and without it the stream ends.
        this.#house.log.warn({ error, request_id: this.#open.requestId }, 'a hold could not be extended');
      })
      .finally(() => {
        this.#extending = undefined;
      });
  }

  /** Slice by slice, since one event may hold more than a slice; ends when there is no more to be had. */
  async #buyFor(event: Pick<StreamEvent, 'deltas' | 'textBytes'>): Promise<boolean> {
    for (let before = -1; this.#heldTokens > before && !this.#covers(event);) {
      before = this.#heldTokens;
      this.#buyAhead();
      await this.#extending;
    }
    return this.#covers(event);
  }

  /** Until then a store that is slow to answer keeps an answer back; afterwards it must not keep us from reading it. */
  #untilLeft(waiting: Promise<boolean>): Promise<boolean> {
    this.#left ??= new Promise((resolve) => {
      this.#door.hungUp.addEventListener('abort', () => resolve(false), { once: true });
    });
    return Promise.race([waiting, this.#left]);
  }

  get #limit(): number {
    return outputLimitOf(this.#open) * this.#open.call.choices;
  }

  get #wanted(): number {
    // What the provider makes of its own limit is not ours to trust: a slice more may be bought, and no further.
    return this.#limit + sliceTokens;
  }

  async #extend(): Promise<void> {
    const { fare, call, caller, requestId } = this.#open;
    const quote = this.#quote;
    const perChoice = this.#heldTokens / call.choices;
    const one = { ...quote, outputTokensMax: Number.MAX_SAFE_INTEGER };
    const amount = subtract(holdFor(one, perChoice + sliceTokens), this.held);
    const minimum = subtract(holdFor(one, perChoice + 1), this.held);
    const free = freeWanted({ fare: withoutInput({ ...fare, quote }), walletId: caller.walletId }, 1, sliceTokens);
    const more = {
      amount: atLeastZero(amount),
      minimum: atLeastZero(minimum),
      ...free,
      tokens: BigInt(sliceTokens * call.choices),
    };
    const outcome = await this.#house.store.extend(requestId, more);
    if (outcome.kind !== 'extended') {
      this.#exhausted = true;
      return;
    }
    this.held = add(this.held, outcome.granted);
    this.#pooled = add(this.#pooled, pooledFor(free, outcome.step));
    const affordable = affordableOutput(one, this.held) ?? 0;
    const reached = outcome.step === undefined ? affordable : perChoice + 1 + outcome.step;
    this.#heldTokens = Math.min(affordable, reached) * call.choices;
    this.#open.dispatched &&= { ...this.#open.dispatched, held: add(this.held, this.#pooled) };
  }
}

function isFreeOfCharge({ perOutputToken, free }: Quote): boolean {
  return perOutputToken.numerator === 0n && free.every((each) => each.unitsPerOutputToken === 0n);
}

/** The input's free units were asked for with the hold; so were all that do not grow with the output. */
function withoutInput(fare: CallFare): CallFare {
  const free = fare.quote.free.filter((each) => each.unitsPerOutputToken > 0n);
  return { ...fare, quote: { ...fare.quote, free: free.map((each) => ({ ...each, fixedUnits: 0n })) } };
}

function atLeastZero(value: Amount): Amount {
  return value < 0n ? zero : value;
}
