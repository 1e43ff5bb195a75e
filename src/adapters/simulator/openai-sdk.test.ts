import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Simulator } from './server.ts';
import { startSimulator } from './server.ts';

let simulator: Simulator;
let client: OpenAI;

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0 });
  client = new OpenAI({ baseURL: `${simulator.origin}/v1`, apiKey: 'sim', maxRetries: 2 });
});

afterAll(() => simulator.stop());

const said = (content: string) => [{ role: 'user' as const, content }];
const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];

async function everyOf<Item>(source: AsyncIterable<Item>): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const item of source) items.push(item);
  return items;
}

describe('the official SDK', () => {
  it('completes a chat', async () => {
    const answer = await client.chat.completions.create({ model: 'echo', messages: said('Hello #tokens=4') });
    expect(answer.choices[0]?.message.content).toMatch(/^Hel lox \w{3} \w{3} $/);
    expect(answer.usage).toEqual({ prompt_tokens: 4, completion_tokens: 4, total_tokens: 8 });
  });

  it('streams a chat, and finds the usage on its last chunk', async () => {
    const stream = client.chat.completions.stream({
      model: 'shapes',
      messages: said('Hello #tokens=6'),
      stream_options: { include_usage: true },
    });
    const answer = await stream.finalChatCompletion();
    expect(answer.choices[0]?.message.content).toHaveLength(24);
    expect(answer.usage?.completion_tokens_details?.reasoning_tokens).toBe(3);
  });

  it('puts parallel tool calls together from their deltas', async () => {
    const stream = client.chat.completions.stream({ model: 'echo', messages: said('#tools=2'), tools });
    const [choice] = (await stream.finalChatCompletion()).choices;
    const calls = (choice?.message.tool_calls ?? []).filter((call) => call.type === 'function');
    expect(calls.map((call) => call.function.arguments)).toEqual(['{"city":"sim"}', '{"city":"sim"}']);
    expect(choice?.finish_reason).toBe('tool_calls');
  });

  it('reads events that were cut inside their characters', async () => {
    const body = { model: 'echo', messages: said('#alphabet=utf8 #chunk_bytes=3 #tokens=30'), stream: true as const };
    let text = '';
    for await (const chunk of await client.chat.completions.create(body)) text += chunk.choices[0]?.delta.content ?? '';
    expect(Buffer.byteLength(text)).toBe(120);
    expect(text).not.toContain('\ufffd');
  });

  it('retries until a failing call recovers', async () => {
    const messages = said('#error_status=503 #error_times=2 #fault_key=sdk #retry_after=0');
    const answer = await client.chat.completions.create({ model: 'cent', messages });
    expect(answer.usage?.completion_tokens).toBe(8);
    expect(simulator.counters().calls.filter((call) => call.faultKey === 'sdk')).toHaveLength(3);
  });

  it('throws its own errors', async () => {
    const ask = async (content: string): Promise<unknown> =>
      client.chat.completions.create({ model: 'echo', messages: said(content) }, { maxRetries: 0 });
    await expect(ask('#error_status=401')).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(ask('#error_status=429')).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    await expect(ask('#error_status=500')).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    const missing = client.chat.completions.create({ model: 'nobody', messages: said('x') });
    await expect(missing).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it('throws in the middle of a stream that fails there', async () => {
    const stream = await client.chat.completions.create({
      model: 'echo',
      messages: said('#error_after=2'),
      stream: true,
    });
    await expect(everyOf(stream)).rejects.toThrow(OpenAI.APIError);
  });

  it('embeds, by default over base64', async () => {
    const body = { model: 'embed', input: ['one', 'two'], dimensions: 4 };
    const packed = await client.embeddings.create(body);
    const plain = await client.embeddings.create({ ...body, encoding_format: 'float' });
    expect(packed.data.map((each) => each.embedding)).toEqual(plain.data.map((each) => each.embedding));
    expect(packed.usage).toEqual({ prompt_tokens: 2, total_tokens: 2 });
  });

  it('lists the models', async () => {
    const models = await everyOf(client.models.list());
    expect(models.map((model) => model.id)).toEqual([
      'echo',
      'cent',
      'slow',
      'shapes',
      'embed',
      'rerank',
      'moderation',
      'video',
      'music',
      'image',
      'speech',
      'transcribe',
    ]);
  });
});
