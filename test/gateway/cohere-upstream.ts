// Cohere's own words, as a provider whose every byte a test decides.
import type { ServerResponse } from 'node:http';
import { type OwnUpstream, startOwnUpstream } from './own-upstream.ts';

export async function startCohereUpstream(name: string, adapter = 'cohere'): Promise<OwnUpstream> {
  const own = await startOwnUpstream(name);
  const credential = { providerKeyId: 'key', secret: 'co-provider-secret', isPrimary: true, weight: 1 };
  const baseUrl = own.provider.baseUrl.replace(/\/v1$/, adapter === 'cohere' ? '' : '/v1');
  return { ...own, provider: { ...own.provider, adapter, baseUrl, credentials: [credential] } };
}

/** What is billed is less than what was counted. */
export const usage = {
  billed_units: { input_tokens: 20, output_tokens: 9 },
  tokens: { input_tokens: 91, output_tokens: 12 },
  cached_tokens: 0,
};

export const answer = {
  id: 'c14c80c3-18eb-4519-9460-6c92edd8cfb4',
  finish_reason: 'COMPLETE',
  message: { role: 'assistant', content: [{ type: 'text', text: 'Hello there' }] },
  usage,
};

export function event(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export const begun = event('message-start', {
  id: answer.id,
  delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
});

export function textBlock(pieces: readonly string[], index = 0): string {
  const start = { message: { content: { type: 'text', text: '' } } };
  return [
    event('content-start', { index, delta: start }),
    ...pieces.map((text) => event('content-delta', { index, delta: { message: { content: { text } } } })),
    event('content-end', { index }),
  ].join('');
}

export const toolCalls = [
  event('tool-plan-delta', { delta: { message: { tool_plan: 'I look it up.' } } }),
  event('tool-call-start', {
    index: 1,
    delta: {
      message: { tool_calls: { id: 'weather_1', type: 'function', function: { name: 'weather', arguments: '' } } },
    },
  }),
  event('tool-call-delta', { index: 1, delta: { message: { tool_calls: { function: { arguments: '{"city":' } } } } }),
  event('tool-call-delta', { index: 1, delta: { message: { tool_calls: { function: { arguments: '"Żary"}' } } } } }),
  event('tool-call-end', { index: 1 }),
].join('');

export function ended(finish_reason = 'COMPLETE', more: object = {}): string {
  return event('message-end', { id: answer.id, delta: { finish_reason, usage, ...more } });
}

export function streams(text: string) {
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
  };
}
