// What every provider of images, speech and transcripts must do with its own recorded answers, and with anybody else's.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MediaAnswer, MediaRequest } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { quotable } from '#core/call/quotable.ts';
import type { CallKind, Provider } from '#core/catalog/catalog.ts';
import type { Expected } from '#core/usage/expected.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { RecordedFailure } from './provider.contract.ts';
import type { MediaTranslation, ProviderAdapter, ProviderRequestPlan } from './provider.ts';

export interface RecordedMedia {
  readonly what: string;
  readonly model: string;
  readonly asked: MediaRequest;
  /** What can be said of it before it is made. */
  readonly expected?: Expected;
  readonly body: object | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it is asked for, if not below the address of the provider. */
  readonly below?: string;
  readonly answer: Partial<MediaAnswer>;
  readonly usage: Partial<Usage>;
}

export interface MediaFixtures {
  readonly adapter: ProviderAdapter;
  readonly baseUrl: string;
  readonly credential: string;
  readonly media: readonly RecordedMedia[];
  readonly failures: readonly RecordedFailure[];
}

const kinds = { image: 'image', speech: 'speech', transcription: 'transcription' } as const satisfies Record<
  MediaRequest['kind'],
  CallKind
>;

export function mediaProviderContract(
  name: string,
  { adapter, baseUrl, credential, media, failures }: MediaFixtures,
): void {
  const planFor = (model: string, base: string): ProviderRequestPlan => ({
    target: { provider: providerAt(base), model, name: 'name', tokenizer: 'bytes', streamsAllOutput: false },
    credential,
    outputLimit: undefined,
  });
  const translationOf = (kind: MediaRequest['kind']): MediaTranslation => {
    const found = adapter.media?.[kind];
    if (!found) throw new Error(`${name} makes no ${kind}.`);
    return found;
  };

  describe(name, () => {
    test('has recorded bytes of everything that it makes', () => {
      const recorded = new Set(media.map(({ asked }) => asked.kind));
      expect(Object.keys(adapter.media ?? {}).toSorted()).toEqual([...recorded].toSorted());
    });

    describe.each(media.map((each) => [each.what, each] as const))('%s', (_what, recorded) => {
      const { asked, model } = recorded;
      const translation = translationOf(asked.kind);
      const call = callFor(recorded);

      test('is answered, and used up, as it says', () => {
        const { body, headers = {} } = recorded;
        const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
        expect(translation.answer(call, bytes, headers)).toMatchObject(recorded.answer);
        expect(translation.usageOf(call, bytes, headers)).toMatchObject(recorded.usage);
      });

      test('is asked for with the credential in a header alone, at the address that was said', () => {
        const plan = planFor(model, `${baseUrl}?api-version=7`);
        expect(translation.refuses(call, plan.target)).toBeUndefined();
        const { headers, body, ...rest } = translation.request(call, plan);
        const { origin, pathname } = new URL(baseUrl);
        expect(rest).toMatchObject({ origin, method: 'POST', headTimeoutMs: 60_001, idleTimeoutMs: 30_001 });
        expect(rest.path.startsWith(`${recorded.below ?? pathname}/`)).toBe(true);
        expect(rest.path).toMatch(/[?&]api-version=7$/);
        expect(rest.path.split('?')).toHaveLength(2);
        expect(Object.values(headers).filter((value) => value.includes(credential))).toHaveLength(1);
        expect(JSON.stringify(rest) + Buffer.from(body ?? '').toString('latin1')).not.toContain(credential);
        const without = translation.request(call, { ...plan, credential: undefined });
        expect(Object.keys(without.headers).length).toBe(Object.keys(headers).length - 1);
      });

      test('is made of anybody else’s bytes without a fall', () => {
        fc.assert(
          fc.property(
            fc.oneof(
              fc.uint8Array(),
              fc.json().map((text) => Buffer.from(text)),
            ),
            (bytes) => {
              const said = Buffer.from(bytes);
              const made = translation.answer(call, said, {});
              if (made?.kind === 'image') expect(made.images.length).toBeGreaterThan(0);
              const { total_tokens, prompt_tokens, completion_tokens } = translation.usageOf(call, said, {});
              expect(Number.isSafeInteger(total_tokens)).toBe(true);
              expect(total_tokens).toBe(prompt_tokens + completion_tokens);
            },
          ),
        );
      });
    });

    test.each(failures.map((failure) => [failure.what, failure] as const))('says that %s', (_what, failure) => {
      const text = typeof failure.body === 'string' ? failure.body : JSON.stringify(failure.body);
      const body = Buffer.from(text.replaceAll('CREDENTIAL', credential));
      const said = quotable(adapter.failure(failure.status, failure.headers ?? {}, body), credential);
      expect(said).toMatchObject({ ...failure.said, message: expect.stringContaining(failure.said.message) });
      expect(JSON.stringify(said)).not.toContain(credential);
    });

    test('whatever else it says instead of an answer is told in a sentence', () => {
      const anything = fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      );
      fc.assert(
        fc.property(anything, fc.integer({ min: 300, max: 599 }), (bytes, status) => {
          const { message } = adapter.failure(status, {}, Buffer.from(bytes));
          expect(message.trim()).not.toBe('');
          expect(message.length).toBeLessThanOrEqual(1_000);
        }),
      );
    });
  });

  function providerAt(base: string): Provider {
    return {
      providerId: 'provider',
      name: 'provider',
      adapter: adapter.name,
      baseUrl: base,
      credentials: [],
      headTimeoutMs: 60_001,
      idleTimeoutMs: 30_001,
      onHangUp: 'close',
      outputLimitField: 'max_tokens',
    };
  }
}

function callFor({ asked, expected }: RecordedMedia): ModelCall {
  return {
    kind: kinds[asked.kind],
    format: asked.kind === 'image' ? 'images' : asked.kind === 'speech' ? 'speech' : 'transcriptions',
    name: 'name',
    body: '',
    bodyBytes: 0,
    streamed: false,
    usageWanted: false,
    choices: 1,
    images: 0,
    attachments: 0,
    media: asked,
    ...(expected === undefined ? {} : { expected }),
    facts: {},
    extraHeaders: {},
  };
}
