// Where caller and provider speak different dialects: what is asked and answered goes through our words.
import type { ModelCall } from '#core/call/model-call.ts';
import type { Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { DialectTranslation, RenderedMedia, SpokenStream } from '#ports/dialect.ts';
import type { ChatTranslation, MediaTranslation, ProviderAdapter, StreamEvent, StreamReader } from '#ports/provider.ts';
import type { UpstreamAnswer } from '#ports/upstream.ts';
import type { OpenCall } from './dispatch.ts';

export interface Translation {
  readonly dialect: DialectTranslation;
  readonly provider: ChatTranslation;
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
  const [caller, upstream] = [dialect.translation, provider.translation];
  if (!caller || !upstream || call.kind !== 'chat') {
    const message = `"${target.name}" cannot be called in this dialect: nobody here translates it for its provider.`;
    return new Failure('invalid_parameter', message, { param: 'model' });
  }
  const reading = caller.read(call);
  const written = reading.kind === 'chat' ? upstream.write(reading.chat, call) : reading;
  if (typeof written !== 'string') {
    const { message, param } = written;
    return new Failure('invalid_parameter', message, { param });
  }
  const { streamOptions: _options, outputLimitField: _field, ...rest } = call;
  return {
    call: { ...rest, format: upstream.format, body: written },
    translation: { dialect: caller, provider: upstream },
    media: undefined,
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
  if (answer?.kind === 'refused') throw new Failure('upstream_refused', answer.message);
  const rendered = answer && open.dialect.media?.(answer, open, answered.usage);
  if (!rendered) throw new Failure('upstream_failed', 'The provider answered in words that are not understood.');
  return rendered;
}

interface AnsweredMedia {
  readonly body: Buffer;
  readonly headers: UpstreamAnswer['headers'];
  readonly usage: Usage;
}

/** @throws Failure `upstream_failed` for an answer that nobody can read. */
export function spokenAnswer(open: OpenCall, { dialect, provider }: Translation, body: Buffer, usage: Usage): Buffer {
  const answer = provider.answer(body);
  if (!answer) throw new Failure('upstream_failed', 'The provider answered in words that are not understood.');
  return Buffer.from(dialect.answer(answer, open, usage));
}

/** Reads as `reader` does; the bytes are the caller's. */
export function spokenStream(
  open: OpenCall,
  reader: StreamReader,
  { dialect, provider }: Translation,
): { readonly reader: StreamReader; readonly words: SpokenStream } {
  const words = dialect.stream(open);
  const eventsOf = provider.events();
  const tell = (bytes: Buffer): Buffer => {
    const told = eventsOf(bytes).map((event) => words.tell(event));
    return Buffer.from(told.join(''));
  };
  return { words, reader: { read: (piece) => reader.read(piece).map((event) => new SpokenEvent(event, tell)) } };
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
