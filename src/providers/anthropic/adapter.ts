// Anthropic's Messages API. The body passes through but for the model and the limit that is held for.
import type { ModelCall } from '#core/call/model-call.ts';
import type { WireFormat } from '#core/call/wire-format.ts';
import { type FieldEdits, spliceFields } from '#core/call/splice.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage, notBillable } from '#core/usage/usage.ts';
import { addressOf } from '#providers/openai-compatible/address.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import type { ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { anthropicTranslation } from './chat/translation.ts';
import { withoutForeignThoughts } from './foreign-thoughts.ts';
import { anthropicListing, apiVersion } from './listing.ts';
import { messageStreamReader } from './stream-reader.ts';
import { thinkingWithin } from './thinking-budget.ts';
import { cutShort, messageUsage } from './usage.ts';

const formats: ReadonlySet<WireFormat> = new Set(['messages']);

const normalizer = { id: 'anthropic', version: '1' };

export function anthropicProvider(): ProviderAdapter {
  return {
    name: 'anthropic',
    speaks: formats,
    translation: anthropicTranslation,
    request(call, plan) {
      const { outputLimit } = plan;
      const limit: FieldEdits =
        outputLimit === undefined
          ? new Map()
          : new Map([['max_tokens', String(outputLimit)], ...thinkingWithin(call, outputLimit)]);
      return messagesRequest(call, plan, { path: '/messages', edits: limit });
    },
    counting: {
      field: 'input_tokens',
      request: (call, plan) => messagesRequest(call, plan, { path: '/messages/count_tokens', edits: new Map() }),
    },
    listing: anthropicListing,
    usageOf(_call, answer) {
      const parsed = parseFields(answer);
      if (!parsed) return missingUsage({ normalizer, raw: null });
      if (parsed['type'] === 'error')
        return notBillable({ normalizer, raw: parsed['error'], flags: ['error_as_answer'] });
      return messageUsage(parsed['usage']);
    },
    usageOfStream: messageUsage,
    usageOfBrokenStream: (raw) => cutShort(messageUsage(raw), false),
    probe({ baseUrl, credential }) {
      const base = addressOf(baseUrl);
      return {
        origin: base.origin,
        path: `${base.path}/models${base.search}`,
        headers: { accept: 'application/json', 'anthropic-version': apiVersion, 'x-api-key': credential },
      };
    },
    stream: messageStreamReader,
    failure: openAiFailure,
  };
}

interface Asked {
  readonly path: string;
  readonly edits: FieldEdits;
}

function messagesRequest(call: ModelCall, { target, credential }: ProviderRequestPlan, asked: Asked): UpstreamRequest {
  const base = addressOf(target.provider.baseUrl);
  // A caller's own word on the version goes first.
  const { 'anthropic-version': version = apiVersion, 'anthropic-beta': beta } = call.extraHeaders;
  return {
    origin: base.origin,
    path: `${base.path}${asked.path}${base.search}`,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: call.streamed ? 'text/event-stream' : 'application/json',
      'accept-encoding': 'identity',
      'anthropic-version': version,
      ...(beta === undefined ? {} : { 'anthropic-beta': beta }),
      ...(credential === undefined ? {} : { 'x-api-key': credential }),
    },
    body: spliceFields(
      call.body,
      new Map([['model', JSON.stringify(target.model)], ...asked.edits, ...withoutForeignThoughts(call.body)]),
    ),
    headTimeoutMs: target.provider.headTimeoutMs,
    idleTimeoutMs: target.provider.idleTimeoutMs,
  };
}
