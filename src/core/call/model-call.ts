// A call for a model's answer, in our words, whatever dialect it was spoken in.
import type { CallKind } from '../catalog/catalog.ts';
import type { ProducedMeter, TokenKind } from '../pricing/quote.ts';
import type { UnitMeter } from '../usage/meter.ts';
import type { CallFacts } from '../usage/usage.ts';
import type { Expected } from '../usage/expected.ts';
import type { Form, MediaRequest } from './media.ts';
import type { WireFormat } from './wire-format.ts';

export interface ModelCall {
  readonly kind: CallKind;
  /** How its body is written. */
  readonly format: WireFormat;
  /** The model or alias that the caller named. */
  readonly name: string;
  /** The body as it came; what must change on the way is spliced into it. */
  readonly body: string;
  readonly bodyBytes: number;
  readonly streamed: boolean;
  /** The caller asked for the usage at the end of a stream. */
  readonly usageWanted: boolean;
  /** The caller's `stream_options`, of which only `include_usage` is ours to change. */
  readonly streamOptions?: Readonly<Record<string, unknown>>;
  /** Tokens per choice that the caller allows at most. */
  readonly outputLimit?: number;
  /** The field in which the caller said so. */
  readonly outputLimitField?: 'max_tokens' | 'max_completion_tokens';
  readonly choices: number;
  /** Parts of the prompt whose tokens their bytes do not bound. */
  readonly images: number;
  readonly attachments: number;
  /** Tokens that a provider puts before the prompt, beyond its bytes. */
  readonly promptOverhead?: number;
  /** Some of its output is billed and never passes by in the stream. */
  readonly thinksInSilence?: boolean;
  /** The most that it can consume of what is not counted in tokens: decimal text by meter. */
  readonly quantities?: Readonly<Partial<Record<UnitMeter, string>>>;
  /** What its output is made of, where a price may have a meter of its own for it. */
  readonly produces?: ProducedMeter;
  /** Images, speech and transcripts: what is asked, for providers that speak another dialect. */
  readonly media?: MediaRequest;
  /** Its body, where that is a form; `body` is then empty. */
  readonly form?: Form;
  /** By which it is charged when nobody says what it consumed; unless said, its text alone. */
  readonly expected?: Expected;
  /** What holds unless the call or its answer says otherwise; the hold does not count on it. */
  readonly usualFacts?: Omit<CallFacts, 'occurred_at'>;
  /** The calls of a batch, of which this is the whole; its bounds are the sums of theirs. */
  readonly lines?: readonly ModelCall[];
  /** The tiers that may serve it; any may unless said. */
  readonly serviceTiers?: readonly string[];
  /** Kinds of tokens that it is sure not to have. */
  readonly without?: readonly TokenKind[];
  readonly facts: Omit<CallFacts, 'occurred_at'>;
  /** Headers for which one provider has an ear; no other gets them. */
  readonly extraHeaders: Readonly<Record<string, string>>;
}

/** What came of a request's body. */
export type Parsed =
  | { readonly kind: 'call'; readonly call: ModelCall }
  | { readonly kind: 'malformed'; readonly message: string; readonly param?: string };
