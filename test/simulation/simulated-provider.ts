// The adapter for the simulated upstream.
import type { ModelCall } from '#core/call/model-call.ts';
import { estimatedUsage, missingUsage, type Usage } from '#core/usage/usage.ts';
import type { ProviderAdapter } from '#ports/provider.ts';
import { reportedIn, WireReader } from './wire.ts';

export const simulatedProvider: ProviderAdapter = {
  name: 'simulated',
  speaks: new Set(['chat-completions', 'embeddings'] as const),
  request(call, { target, outputLimit }) {
    return {
      origin: target.provider.baseUrl,
      path: '/',
      method: 'POST',
      headers: {
        ...call.extraHeaders,
        'x-provider': target.provider.name,
        'x-output-max': String((outputLimit ?? 0) * call.choices),
      },
      headTimeoutMs: target.provider.headTimeoutMs,
      idleTimeoutMs: target.provider.idleTimeoutMs,
    };
  },
  usageOf: (_call: ModelCall, answer) => usageOf(parse(answer)),
  usageOfStream: (raw) => usageOf(raw),
  stream: () => new WireReader(),
  failure(status, headers) {
    const retryAfter = headers['retry-after-ms'];
    return {
      message: `The provider answered ${status}.`,
      ...(typeof retryAfter === 'string' ? { retryAfterMs: Number(retryAfter) } : {}),
    };
  },
};

function usageOf(raw: unknown): Usage {
  const reported = reportedIn(raw);
  if (!reported) return missingUsage({ normalizer: { id: 'simulated', version: '1' }, raw: raw ?? null });
  const { promptTokens, completionTokens } = reported;
  const counted = estimatedUsage({
    prompt_tokens: promptTokens ?? 0,
    completion_tokens: completionTokens ?? 0,
    method: 'simulated',
    raw,
  });
  const missing = [
    ...(promptTokens === undefined ? ['PROMPT_TOKENS_MISSING'] : []),
    ...(completionTokens === undefined ? ['COMPLETION_TOKENS_MISSING'] : []),
  ];
  return {
    ...counted,
    status: missing.length === 0 ? 'reported' : 'partial',
    flags: missing,
    normalizer: { id: 'simulated', version: '1' },
  };
}

function parse(answer: Buffer): unknown {
  const [line = ''] = answer.toString('latin1').split('\n');
  return JSON.parse(line === '' ? 'null' : line) as unknown;
}
