// What every provider must do with its own recorded bytes, and with anybody else's.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ModelCall } from '#core/call/model-call.ts';
import { quotable } from '#core/call/quotable.ts';
import type { WireFormat } from '#core/call/wire-format.ts';
import type { CallKind, Provider, Target } from '#core/catalog/catalog.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { ProviderAdapter, ProviderFailure, StreamEvent } from './provider.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface RecordedStream {
  readonly what: string;
  /** How the call was written that it answers; as the provider is translated for unless said. */
  readonly format?: WireFormat;
  readonly bytes: Buffer;
  /** Of the words in it, in the order in which they came. */
  readonly text: string;
  /** What the provider says that it used. */
  readonly usage: Partial<Usage>;
}

export interface RecordedAnswer {
  readonly what: string;
  readonly kind: CallKind;
  readonly body: Fields;
  readonly usage: Partial<Usage>;
}

export interface RecordedFailure {
  readonly what: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or what becomes JSON; the word `CREDENTIAL` stands for ours. */
  readonly body: string | Fields | readonly Fields[];
  readonly said: Partial<Omit<ProviderFailure, 'message'>> & { readonly message: string };
}

export interface ProviderFixtures {
  readonly adapter: ProviderAdapter;
  readonly baseUrl: string;
  /** In its own form; `undefined` for a provider that is shown none. */
  readonly credential: string | undefined;
  /** What of it is secret, where that is not all of it. */
  readonly secrets?: readonly string[];
  /** A body of each form that it is sent. */
  readonly bodies: Readonly<Partial<Record<WireFormat, string>>>;
  readonly streams: readonly RecordedStream[];
  readonly answers: readonly RecordedAnswer[];
  readonly failures: readonly RecordedFailure[];
}

/** What the provider is called by in the fixtures. */
const model = 'the-model';
const limit = 321;

export function providerContract(name: string, fixtures: ProviderFixtures): void {
  const { adapter, streams, answers, failures } = fixtures;
  const secrets = fixtures.secrets ?? (fixtures.credential === undefined ? [] : [fixtures.credential]);

  describe(name, () => {
    describe.each(streams.map((stream) => [stream.what, stream] as const))('a stream with %s', (_what, stream) => {
      test('is read alike wherever it is cut, and no byte of it is lost', () => {
        const whole = tell(adapter, [stream.bytes], stream.format);
        for (let at = 1; at < stream.bytes.length; at += 1) {
          const cut = tell(adapter, [stream.bytes.subarray(0, at), stream.bytes.subarray(at)], stream.format);
          if (!same(cut, whole)) expect(cut, `cut at byte ${at}`).toEqual(whole);
        }
        expect(
          tell(
            adapter,
            [...stream.bytes].map((byte) => Buffer.from([byte])),
            stream.format,
          ),
        ).toEqual(whole);
        // Where the bytes are retold, their form is not the provider's.
        if (adapter.streamType === undefined) expect(Buffer.concat(whole.bytes)).toEqual(stream.bytes);
      });

      test('says what was used, and it adds up', () => {
        const raw: Record<string, unknown> = {};
        for (const { usage } of read(adapter, [stream.bytes], stream.format)) Object.assign(raw, usage);
        const usage = adapter.usageOfStream(raw, callOf('chat'));
        expect(usage).toMatchObject(stream.usage);
        expectSum(usage);
      });

      test('counts its text, and has all of it in our words', () => {
        const events = read(adapter, [stream.bytes], stream.format);
        const counted = events.reduce((sum, { textBytes }) => sum + textBytes, 0);
        // Escapes may be counted as they are written.
        expect(counted).toBeGreaterThanOrEqual(Buffer.byteLength(stream.text));
        if (adapter.translation && stream.format === undefined)
          expect(tell(adapter, [stream.bytes], stream.format).text).toBe(stream.text);
      });
    });

    test('reads a stream of anything without failing, but for what is too long to be an event', () => {
      fc.assert(
        fc.property(fc.array(anyBytes(), { maxLength: 8 }), (pieces) => {
          for (const { deltas, textBytes } of read(adapter, pieces))
            expect(Math.min(deltas, textBytes)).toBeGreaterThanOrEqual(0);
          tell(adapter, pieces);
        }),
      );
    });

    test.each(answers.map((answer) => [answer.what, answer] as const))(
      'an answer with %s is used up as it says',
      (_what, answer) => {
        const body = Buffer.from(JSON.stringify(answer.body));
        const usage = adapter.usageOf(callOf(answer.kind), body, {});
        expect(usage).toMatchObject(answer.usage);
        expectSum(usage);
        if (answer.kind === 'chat' && adapter.translation)
          expect(adapter.translation.answer(body)?.parts).not.toEqual([]);
        if (answer.kind === 'embedding' && adapter.embedding)
          expect(adapter.embedding.answer(body)?.vectors).not.toEqual([]);
        if (answer.kind === 'rerank' && adapter.rerank) expect(adapter.rerank.answer(body)?.results).not.toEqual([]);
      },
    );

    test('an answer of anything else is no answer, and its usage is not believed', () => {
      fc.assert(
        fc.property(anyBytes(), fc.constantFrom<CallKind>('chat', 'embedding', 'rerank'), (body, kind) => {
          const usage = adapter.usageOf(callOf(kind), body, {});
          expectSum(usage);
          expect(Number.isSafeInteger(usage.total_tokens)).toBe(true);
          adapter.translation?.answer(body);
          adapter.embedding?.answer(body);
          adapter.rerank?.answer(body);
        }),
      );
    });

    test.each(failures.map((failure) => [failure.what, failure] as const))('says that %s', (_what, failure) => {
      const { credential = '' } = fixtures;
      const text = typeof failure.body === 'string' ? failure.body : JSON.stringify(failure.body);
      const body = Buffer.from(text.replaceAll('CREDENTIAL', credential));
      const said = quotable(adapter.failure(failure.status, failure.headers ?? {}, body), fixtures.credential);
      expect(said).toMatchObject({ ...failure.said, message: expect.stringContaining(failure.said.message) });
      for (const secret of secrets) expect(JSON.stringify(said)).not.toContain(secret);
    });

    test('whatever else it says instead of an answer is told in a sentence', () => {
      fc.assert(
        fc.property(anyBytes(), fc.integer({ min: 300, max: 599 }), anyHeaders(), (body, status, headers) => {
          const { message, retryAfterMs, status: meant = status } = adapter.failure(status, headers, body);
          expect(message.trim()).not.toBe('');
          expect(message.length).toBeLessThanOrEqual(1_000);
          expect(meant).toBeGreaterThanOrEqual(300);
          if (retryAfterMs !== undefined) expect(retryAfterMs).toBeGreaterThanOrEqual(0);
        }),
      );
    });

    describe.each(Object.entries(fixtures.bodies) as readonly [WireFormat, string][])(
      'a request written as %s',
      (format, body) => {
        const kind = format.startsWith('embed') ? 'embedding' : format === 'rerank' ? 'rerank' : 'chat';
        const call = { ...callOf(kind), format, body, bodyBytes: Buffer.byteLength(body) };
        const outputLimit = kind === 'chat' ? limit : undefined;
        const sent = (credential: string | undefined, baseUrl = fixtures.baseUrl, streamed = false) =>
          adapter.request({ ...call, streamed }, { target: targetAt(baseUrl), credential, outputLimit });

        test('shows the credential in a header alone, and none when there is none', () => {
          const { headers, ...rest } = sent(fixtures.credential);
          for (const secret of secrets) expect(JSON.stringify(rest)).not.toContain(secret);
          const carrying = Object.values(headers).filter((value) => secrets.some((secret) => value.includes(secret)));
          expect(carrying.length).toBeLessThanOrEqual(Math.max(1, secrets.length));
          if (fixtures.credential !== undefined) {
            expect(Object.keys(sent(undefined).headers)).not.toEqual(expect.arrayContaining(['authorization']));
            expect(Object.keys(headers).length).toBeGreaterThan(Object.keys(sent(undefined).headers).length);
          }
        });

        test('is JSON for this model, within the limit that is held for', () => {
          const { path, body: text, method } = sent(fixtures.credential);
          const written = String(text);
          expect(JSON.parse(written)).toBeTypeOf('object');
          expect(`${path} ${written}`).toContain(model);
          if (outputLimit !== undefined) expect(written).toMatch(new RegExp(`:${outputLimit}[,}]`));
          expect(method).toBe('POST');
        });

        test('goes where the address says, with its path and its query', () => {
          if (!fixtures.baseUrl.startsWith('http')) return;
          const { origin, pathname } = new URL(fixtures.baseUrl);
          const { path, origin: gone } = sent(fixtures.credential, `${fixtures.baseUrl}?api-version=7`);
          expect(gone).toBe(origin);
          expect(path.startsWith(pathname === '/' ? '/' : pathname)).toBe(true);
          expect(path.endsWith('?api-version=7')).toBe(true);
        });

        test('gives up as the provider’s settings say', () => {
          expect(sent(fixtures.credential)).toMatchObject({ headTimeoutMs: 60_001, idleTimeoutMs: 30_001 });
        });
      },
    );
  });

  function targetAt(baseUrl: string): Target {
    const provider: Provider = {
      providerId: 'provider',
      name: 'provider',
      adapter: adapter.name,
      baseUrl,
      credentials: [],
      headTimeoutMs: 60_001,
      idleTimeoutMs: 30_001,
      onHangUp: 'close',
      outputLimitField: 'max_tokens',
    };
    return { provider, model, name: 'name', tokenizer: 'bytes', streamsAllOutput: true };
  }
}

function callOf(kind: CallKind): ModelCall {
  return {
    kind,
    format: 'chat-completions',
    name: 'name',
    body: '{}',
    bodyBytes: 2,
    streamed: false,
    usageWanted: true,
    choices: 1,
    images: 0,
    attachments: 0,
    facts: {},
    extraHeaders: {},
  };
}

/** With the blank line that an upstream may leave out at the end. */
function read(
  adapter: ProviderAdapter,
  pieces: readonly Buffer[],
  format: WireFormat = adapter.translation?.format ?? 'chat-completions',
): readonly StreamEvent[] {
  const reader = adapter.stream({ ...callOf('chat'), format, streamed: true });
  return [...pieces.flatMap((piece) => reader.read(piece)), ...(reader.end?.() ?? [])];
}

interface Told {
  readonly kinds: readonly string[];
  readonly counts: readonly number[];
  readonly usages: readonly unknown[];
  readonly bytes: readonly Buffer[];
  readonly words: readonly unknown[];
  readonly text: string;
}

function tell(adapter: ProviderAdapter, pieces: readonly Buffer[], format?: WireFormat): Told {
  const events = read(adapter, pieces, format);
  const eventsOf = adapter.translation?.events() ?? (() => []);
  const words = events.flatMap(({ bytes }) => eventsOf(bytes));
  return {
    kinds: events.map(({ kind }) => kind),
    counts: events.flatMap(({ deltas, textBytes }) => [deltas, textBytes]),
    usages: events.map(({ usage }) => usage),
    bytes: events.map(({ bytes }) => Buffer.from(bytes)),
    words,
    text: words.map((word) => (word.kind === 'text-delta' ? word.text : '')).join(''),
  };
}

function same(left: Told, right: Told): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function expectSum({ prompt_tokens, completion_tokens, total_tokens }: Usage): void {
  expect(total_tokens).toBe(prompt_tokens + completion_tokens);
}

function anyBytes(): fc.Arbitrary<Buffer> {
  const words = fc.constantFrom(
    'error',
    'message',
    'usage',
    'meta',
    'data',
    'type',
    'choices',
    'output',
    'delta',
    'event',
  );
  const json = fc.letrec<{ readonly value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue(),
      fc.dictionary(words, tie('value'), { maxKeys: 4 }),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  })).value;
  return fc.oneof(
    json.map((value) => Buffer.from(JSON.stringify(value) ?? 'null')),
    json.map((value) => Buffer.from(`event: message\ndata: ${JSON.stringify(value) ?? 'null'}\n\n`)),
    fc.string().map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(Buffer.from('<html><body>502 Bad Gateway</body></html>')),
    fc.constant(Buffer.alloc(0)),
  );
}

function anyHeaders(): fc.Arbitrary<Readonly<Record<string, string>>> {
  return fc.dictionary(
    fc.constantFrom('retry-after', 'retry-after-ms', 'x-amzn-errortype', 'content-type'),
    fc.string(),
  );
}
