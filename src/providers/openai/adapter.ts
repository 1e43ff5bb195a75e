// OpenAI, and whoever speaks all of its dialect: responses, older completions and moderations beside chat.
import type { ModelCall } from '#core/call/model-call.ts';
import { type FieldEdits } from '#core/call/splice.ts';
import type { WireFormat } from '#core/call/wire-format.ts';
import { Counts, isFields } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { unitUsage } from '#core/usage/record.ts';
import { missingUsage, notBillable, type Usage } from '#core/usage/usage.ts';
import { openAiCompatible, openAiPost, openAiRequest } from '#providers/openai-compatible/adapter.ts';
import type { ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { withoutForeignThoughts } from './foreign-thoughts.ts';
import { responseStreamReader } from './response-stream.ts';
import { normalizeResponse } from './responses.ts';

const normalizer = { id: 'openai', version: '1' };

export function openAiProvider(): ProviderAdapter {
  const compatible = openAiCompatible();
  return {
    ...compatible,
    name: 'openai',
    speaks: new Set<WireFormat>([...compatible.speaks, 'responses', 'moderations']),
    request: openAiMakersRequest,
    counting: {
      field: 'input_tokens',
      request: (call, plan) => openAiPost(call, plan, { path: '/responses/input_tokens', edits: modelOf(plan) }),
    },
    usageOf(call, answer, headers) {
      if (call.format === 'responses') return usageOfResponse(answer);
      return call.format === 'moderations' ? usageOfModeration(answer) : compatible.usageOf(call, answer, headers);
    },
    stream: (call) => (call.format === 'responses' ? responseStreamReader() : compatible.stream(call)),
  };
}

export function openAiMakersRequest(call: ModelCall, plan: ProviderRequestPlan): UpstreamRequest {
  if (call.format === 'moderations') return openAiPost(call, plan, { path: '/moderations', edits: modelOf(plan) });
  if (call.format !== 'responses') return openAiRequest(call, plan);
  const { outputLimit } = plan;
  const limit: FieldEdits =
    outputLimit === undefined ? new Map() : new Map([['max_output_tokens', String(outputLimit)]]);
  return openAiPost(call, plan, {
    path: '/responses',
    edits: new Map([...modelOf(plan), ...limit, ...withoutForeignThoughts(call.body)]),
  });
}

function modelOf({ target }: ProviderRequestPlan): FieldEdits {
  return new Map([['model', JSON.stringify(target.model)]]);
}

function usageOfResponse(answer: Buffer): Usage {
  const response = parseFields(answer);
  if (!response) return missingUsage({ normalizer, raw: null });
  // A response that failed says so in a body of status 200, and is billed as far as it says.
  const { error, usage } = response;
  if (isFields(error) && !isFields(usage)) return notBillable({ normalizer, raw: error, flags: ['error_as_answer'] });
  return normalizeResponse(response, {}).usage;
}

/** Without a word about its size: what was asked is one request. */
function usageOfModeration(answer: Buffer): Usage {
  const parsed = parseFields(answer);
  if (!parsed || !Array.isArray(parsed['results'])) return missingUsage({ normalizer, raw: null, unit: 'request' });
  const raw = { id: parsed['id'], model: parsed['model'], results: parsed['results'].length };
  const read = { normalizer, raw, unit: 'request', quantity: 'request', quantities: { request: '1' } } as const;
  return unitUsage(read, new Counts());
}
