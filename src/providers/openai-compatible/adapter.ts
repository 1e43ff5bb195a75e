// Any upstream that speaks OpenAI's dialect. The body passes through but for the model and what the hold needs.
import type { ModelCall } from '#core/call/model-call.ts';
import { spliceFields } from '#core/call/splice.ts';
import { missingUsage } from '#core/usage/usage.ts';
import type { ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { openAiFailure } from './failure.ts';
import { openAiStreamReader } from './stream-reader.ts';
import { normalizeOpenAiUsage } from './usage.ts';

const paths = { chat: '/chat/completions', embedding: '/embeddings' } as const;

export function openAiCompatible(): ProviderAdapter {
  return {
    name: 'openai-compatible',
    request: openAiRequest,
    usageOf(call, answer) {
      const endpoint = call.kind === 'chat' ? 'chat' : 'embeddings';
      const parsed = parseAnswer(answer);
      if (!parsed) return missingUsage({ normalizer: { id: 'openai-compatible', version: '1' }, raw: null });
      return normalizeOpenAiUsage(parsed['usage'], { endpoint });
    },
    usageOfStream(raw) {
      return normalizeOpenAiUsage(raw, { endpoint: 'chat' });
    },
    stream: openAiStreamReader,
    failure: openAiFailure,
  };
}

export function openAiRequest(call: ModelCall, plan: ProviderRequestPlan): UpstreamRequest {
  const { target, credential } = plan;
  const base = new URL(target.provider.baseUrl);
  return {
    origin: base.origin,
    path: `${base.pathname.replace(/\/$/, '')}${paths[call.kind]}${base.search}`,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: call.streamed ? 'text/event-stream' : 'application/json',
      ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    },
    body: spliceFields(call.body, edits(call, plan)),
    headTimeoutMs: target.provider.headTimeoutMs,
    idleTimeoutMs: target.provider.idleTimeoutMs,
  };
}

function edits(call: ModelCall, { target, outputLimit }: ProviderRequestPlan): ReadonlyMap<string, string> {
  const changed = new Map([['model', JSON.stringify(target.model)]]);
  if (outputLimit !== undefined && outputLimit !== call.outputLimit) {
    changed.set(call.outputLimitField ?? target.provider.outputLimitField, String(outputLimit));
  }
  // Without it a stream ends without a word about its usage.
  if (call.streamed && !call.usageWanted) {
    changed.set('stream_options', JSON.stringify({ ...call.streamOptions, include_usage: true }));
  }
  return changed;
}

function parseAnswer(answer: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(answer.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
