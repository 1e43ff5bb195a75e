// Anthropic's own words, as a provider whose every byte a test decides.
import type { ServerResponse } from 'node:http';
import { type OwnUpstream, startOwnUpstream } from './own-upstream.ts';

export async function startAnthropicUpstream(name = 'maker'): Promise<OwnUpstream> {
  const own = await startOwnUpstream(name);
  const credential = { providerKeyId: 'key', secret: 'sk-ant-provider', isPrimary: true, weight: 1 };
  return { ...own, provider: { ...own.provider, adapter: 'anthropic', credentials: [credential] } };
}

/** The cache gave 100 tokens and took 20, ten of them for an hour. */
export const usage = {
  input_tokens: 12,
  cache_creation_input_tokens: 20,
  cache_read_input_tokens: 100,
  cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 10 },
  output_tokens: 9,
  service_tier: 'standard',
};

export function message(content: readonly object[], stop_reason = 'end_turn'): object {
  const head = { id: 'msg_01', type: 'message', role: 'assistant', model: 'opus-0' };
  return { ...head, content, stop_reason, stop_sequence: null, usage };
}

export function event(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export function begun(): string {
  const head = { id: 'msg_01', type: 'message', role: 'assistant', model: 'opus-0', content: [] };
  const first = { ...head, stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } };
  return event('message_start', { message: first }) + event('ping');
}

export function textBlock(index: number, pieces: readonly string[]): string {
  return [
    event('content_block_start', { index, content_block: { type: 'text', text: '' } }),
    ...pieces.map((text) => event('content_block_delta', { index, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index }),
  ].join('');
}

export function toolBlock(index: number, id: string, pieces: readonly string[]): string {
  return [
    event('content_block_start', { index, content_block: { type: 'tool_use', id, name: 'weather', input: {} } }),
    ...pieces.map((partial_json) =>
      event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } }),
    ),
    event('content_block_stop', { index }),
  ].join('');
}

export function ended(stop_reason = 'end_turn', output_tokens = 9): string {
  const delta = { stop_reason, stop_sequence: null };
  return event('message_delta', { delta, usage: { output_tokens } }) + event('message_stop');
}

export function streams(...pieces: readonly string[]) {
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const piece of pieces) response.write(piece);
    response.end();
  };
}

export function refuses(status: number, type: string, headers: Readonly<Record<string, string>> = {}) {
  return (response: ServerResponse): void => {
    const body = { type: 'error', error: { type, message: 'As the maker says it.' }, request_id: 'req_1' };
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}
