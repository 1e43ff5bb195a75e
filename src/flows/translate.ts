// Where caller and provider speak different dialects: what is asked and answered goes through our words.
import type { Untranslatable } from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { quotable } from '#core/call/quotable.ts';
import type { WireFormat } from '#core/call/wire-format.ts';
import type { Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Dialect, DialectTranslation, RenderedMedia, SpokenStream } from '#ports/dialect.ts';
import type { ChatTranslation, MediaTranslation, ProviderAdapter, StreamEvent, StreamReader } from '#ports/provider.ts';
import type { UpstreamAnswer } from '#ports/upstream.ts';
import type { OpenCall } from './dispatch.ts';

export interface Translation {
  /** A whole answer in the caller's dialect; `undefined` for one that nobody can read. */
  answer(open: OpenCall, body: Buffer, usage: Usage): string | undefined;
  readonly stream?: { readonly dialect: DialectTranslation; readonly provider: ChatTranslation };
}

export interface Translated {
  /** As the provider will read it. */
  readonly call: ModelCall;
  readonly translation: Translation | undefined;
  readonly media: MediaTranslation | undefined;
}

export function untouched(call: ModelCall): Translated {
  return { call, translation: undefined, media: undefined };
}

/** Nothing has been sent yet: what cannot be translated is told by its name. */
export function translate(
  { call, dialect }: OpenCall,
  target: Target,
  provider: ProviderAdapter,
): Translated | Failure {
  const media = call.media && provider.media?.[call.media.kind];
  if (media && dialect.media) return translateMedia(call, target, media);
  const written =
    call.kind === 'embedding'
      ? writeEmbedding(call, dialect, provider)
      : call.kind === 'rerank'
        ? writeRerank(call, dialect, provider)
        : writeChat(call, dialect, { provider, target });
  if (!written) {
    const message = `"${target.name}" cannot be called in this dialect: nobody here translates it for its provider.`;
    return new Failure('invalid_parameter', message, { param: 'model' });
  }
  if (written.kind === 'untranslatable') {
    const { message, param } = written;
    return new Failure('invalid_parameter', message, { param });
  }
  const { format, body, translation } = written;
  const { streamOptions: _options, outputLimitField: _field, ...rest } = call;
  return { call: { ...rest, format, body }, translation, media: undefined };
}

interface Written {
  readonly kind: 'written';
  readonly format: WireFormat;
  readonly body: string;
  readonly translation: Translation;
}

function writeChat(
  call: ModelCall,
  { translation: caller }: Dialect,
  { provider: { translation: upstream }, target }: { readonly provider: ProviderAdapter; readonly target: Target },
): Written | Untranslatable | undefined {
  if (!caller || !upstream || call.kind !== 'chat') return undefined;
  const reading = caller.read(call);
  const body = reading.kind === 'chat' ? upstream.write(reading.chat, call, target) : reading;
  if (typeof body !== 'string') return body;
  const translation: Translation = {
    answer: answerBetween(upstream, caller),
    stream: { dialect: caller, provider: upstream },
  };
  return { kind: 'written', format: upstream.format, body, translation };
}

function writeEmbedding(
  call: ModelCall,
  { embedding: caller }: Dialect,
  { embedding: upstream }: ProviderAdapter,
): Written | Untranslatable | undefined {
  if (!caller || !upstream) return undefined;
  const reading = caller.read(call);
  const body = reading.kind === 'embedding' ? upstream.write(reading.request, call) : reading;
  if (typeof body !== 'string') return body;
  return { kind: 'written', format: upstream.format, body, translation: { answer: answerBetween(upstream, caller) } };
}

function writeRerank(
  call: ModelCall,
  { rerank: caller }: Dialect,
  { rerank: upstream }: ProviderAdapter,
): Written | Untranslatable | undefined {
  if (!caller || !upstream) return undefined;
  const reading = caller.read(call);
  const body = reading.kind === 'rerank' ? upstream.write(reading.request, call) : reading;
  if (typeof body !== 'string') return body;
  return { kind: 'written', format: upstream.format, body, translation: { answer: answerBetween(upstream, caller) } };
}

/** What the one reads the other writes; `undefined` for what is no answer. */
function answerBetween<Answer extends object>(
  upstream: { readonly answer: (body: Buffer) => Answer | undefined },
  caller: { readonly answer: (answer: Answer, open: OpenCall, usage: Usage) => string },
): Translation['answer'] {
  return (open, bytes, usage) => {
    const answer = upstream.answer(bytes);
    return answer && caller.answer(answer, open, usage);
  };
}

function translateMedia(call: ModelCall, target: Target, media: MediaTranslation): Translated | Failure {
  const [foreign] = call.media?.foreign ?? [];
  const refused = call.streamed
    ? { param: streamField(call), message: 'This model does not stream its answers.' }
    : foreign === undefined
      ? media.refuses(call, target)
      : { param: foreign, message: `"${foreign.slice(0, 64)}" has no counterpart at this model's provider.` };
  if (refused) return new Failure('invalid_parameter', refused.message, { param: refused.param });
  return { call, translation: undefined, media };
}

function streamField({ media }: ModelCall): string {
  return media?.kind === 'speech' ? 'stream_format' : 'stream';
}

/** @throws Failure `upstream_refused` for what the provider would not make, `upstream_failed` for what nobody can read. */
export function renderedMedia(open: OpenCall, media: MediaTranslation, answered: AnsweredMedia): RenderedMedia {
  const answer = media.answer(open.call, answered.body, answered.headers);
  if (answer?.kind === 'refused') {
    throw new Failure('upstream_refused', quotable({ message: answer.message }, answered.credential).message);
  }
  const rendered = answer && open.dialect.media?.(answer, open, answered.usage);
  if (!rendered) throw new Failure('upstream_failed', 'The provider answered in words that are not understood.');
  return rendered;
}

interface AnsweredMedia {
  /** With which it was asked; a provider may quote it. */
  readonly credential: string | undefined;
  readonly body: Buffer;
  readonly headers: UpstreamAnswer['headers'];
  readonly usage: Usage;
}

/** @throws Failure `upstream_failed` for an answer that nobody can read. */
export function spokenAnswer(open: OpenCall, translation: Translation, body: Buffer, usage: Usage): Buffer {
  const answer = translation.answer(open, body, usage);
  if (answer === undefined) {
    throw new Failure('upstream_failed', 'The provider answered in words that are not understood.');
  }
  return Buffer.from(answer);
}

/** Reads as `reader` does; the bytes are the caller's. */
export function spokenStream(
  open: OpenCall,
  reader: StreamReader,
  { stream }: Translation,
): { readonly reader: StreamReader; readonly words: SpokenStream } {
  if (!stream) throw new Error('A call without a stream was answered with one.');
  const words = stream.dialect.stream(open);
  const eventsOf = stream.provider.events();
  const tell = (bytes: Buffer): Buffer => {
    const told = eventsOf(bytes).map((event) => words.tell(event));
    return Buffer.from(told.join(''));
  };
  const spoken = (events: readonly StreamEvent[]) => events.flatMap((event) => spokenEvents(event, tell));
  return {
    words,
    reader: { read: (piece) => spoken(reader.read(piece)), end: () => spoken(reader.end?.() ?? []) },
  };
}

const nothing = Buffer.alloc(0);

/** What a provider says beside its last usage is passed on at once: the caller's own last words have no room for it. */
function spokenEvents(event: StreamEvent, tell: (bytes: Buffer) => Buffer): readonly StreamEvent[] {
  if (event.kind !== 'usage') return [new SpokenEvent(event, tell)];
  const { bytes, deltas, textBytes, usage } = event;
  const said = new SpokenEvent({ kind: 'other', bytes, deltas, textBytes }, tell);
  return [said, { kind: 'usage', bytes: nothing, deltas: 0, textBytes: 0, usage }];
}

/** Told only when it is passed on: of what is cut off the stream's words must know nothing. */
class SpokenEvent implements StreamEvent {
  readonly kind: StreamEvent['kind'];
  readonly deltas: number;
  readonly textBytes: number;
  readonly usage: unknown;
  readonly #heard: Buffer;
  readonly #tell: (bytes: Buffer) => Buffer;
  #told: Buffer | undefined;

  constructor({ bytes, kind, deltas, textBytes, usage }: StreamEvent, tell: (bytes: Buffer) => Buffer) {
    this.kind = kind;
    this.deltas = deltas;
    this.textBytes = textBytes;
    this.usage = usage;
    this.#heard = bytes;
    this.#tell = tell;
  }

  get bytes(): Buffer {
    return (this.#told ??= this.#tell(this.#heard));
  }
}
