// Clients that many applications are built on, pointed at the gateway as their base URL: plain, streamed, with tools.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool as langChainTool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { Mistral } from '@mistralai/mistralai';
import { embed, generateText, stepCountIs, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startTwinGateway, type TwinGateway } from './twin-gateway.ts';
import { creditsOf } from './wire.ts';

let twin: TwinGateway;

beforeAll(async () => {
  twin = await startTwinGateway();
});
afterAll(() => twin.stop());

const model = 'sim/echo';
const input = z.object({ city: z.string() });

/** What is left when a client is done: less than it had, and nothing held. */
async function expectCharged(key: string): Promise<void> {
  const { balance, held } = await creditsOf(twin.url, key);
  expect(Number(balance)).toBeLessThan(1);
  expect(held).toBe('0');
}

describe('Mistral’s SDK', () => {
  const messages = [{ role: 'user' as const, content: 'Hello there' }];
  const weather = {
    type: 'function' as const,
    function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  };
  const clientFor = (apiKey: string) => new Mistral({ apiKey, serverURL: twin.url, retryConfig: { strategy: 'none' } });

  test('chats, and streams the same', async () => {
    const { key } = await twin.key('1');
    const client = clientFor(key);
    const whole = await client.chat.complete({ model, messages, maxTokens: 40 });
    let streamed = '';
    let last: object = {};
    for await (const { data } of await client.chat.stream({ model, messages, maxTokens: 40 })) {
      const content = data.choices[0]?.delta.content;
      if (typeof content === 'string') streamed += content;
      last = data;
    }
    expect(streamed).toBe(whole.choices?.[0]?.message?.content);
    expect(whole.usage?.totalTokens).toBeGreaterThan(0);
    expect(last).toMatchObject({ choices: [{ finishReason: expect.any(String) }] });
    await expectCharged(key);
  });

  test('calls tools, and goes on with their results', async () => {
    const { key } = await twin.key('1');
    const client = clientFor(key);
    const asked = [{ role: 'user' as const, content: 'Weather? #tool' }];
    const called = await client.chat.complete({ model, messages: asked, tools: [weather] });
    const message = called.choices?.[0]?.message;
    const [call] = message?.toolCalls ?? [];
    expect(call).toMatchObject({ function: { name: 'weather' } });
    const result = { role: 'tool' as const, toolCallId: call?.id ?? '', name: 'weather', content: 'Sunny' };
    const after = await client.chat.complete({
      model,
      messages: [...asked, { role: 'assistant', toolCalls: message?.toolCalls ?? [] }, result],
      tools: [weather],
    });
    expect(after.choices?.[0]?.finishReason).toBe('stop');
    await expectCharged(key);
  });

  test('is told of a key that nobody knows', async () => {
    const { key } = await twin.key('1');
    await expect(clientFor(`${key}x`).chat.complete({ model, messages })).rejects.toMatchObject({ statusCode: 401 });
  });
});

interface Said {
  readonly text: string;
  readonly usage_metadata?: { readonly total_tokens: number } | undefined;
}

const saidIn = (message: Said): Said => message;

describe('LangChain', () => {
  const weather = langChainTool(({ city }) => `Sunny in ${city}`, {
    name: 'weather',
    description: 'Tells it.',
    schema: input,
  });
  const chatWith = (apiKey: string) =>
    new ChatOpenAI({ model, apiKey, maxTokens: 40, maxRetries: 0, configuration: { baseURL: `${twin.url}/v1` } });

  test('chats, and streams the same, with its usage', async () => {
    const { key } = await twin.key('1');
    const chat = chatWith(key);
    const whole = await chat.invoke('Hello there');
    let streamed = '';
    let tokens = 0;
    for await (const chunk of await chat.stream('Hello there')) {
      const { text, usage_metadata: usage } = saidIn(chunk);
      streamed += text;
      tokens += usage?.total_tokens ?? 0;
    }
    const { text, usage_metadata: usage } = saidIn(whole);
    expect(streamed).toBe(text);
    expect(tokens).toBe(usage?.total_tokens);
    await expectCharged(key);
  });

  test('calls tools, and goes on with their results', async () => {
    const { key } = await twin.key('1');
    const chat = chatWith(key).bindTools([weather]);
    const asked = new HumanMessage('Weather? #tool');
    const called = await chat.invoke([asked]);
    expect(called.tool_calls).toMatchObject([{ name: 'weather' }]);
    const result = new ToolMessage({ content: 'Sunny', tool_call_id: called.tool_calls?.[0]?.id ?? '' });
    expect((await chat.invoke([asked, called, result])).text).not.toBe('');
    await expectCharged(key);
  });

  test('embeds', async () => {
    const { key: apiKey } = await twin.key('1');
    const embeddings = new OpenAIEmbeddings({
      model: 'sim/embed',
      apiKey,
      configuration: { baseURL: `${twin.url}/v1` },
    });
    expect(await embeddings.embedDocuments(['one', 'two'])).toMatchObject([{ length: 8 }, { length: 8 }]);
  });
});

describe('Vercel’s AI SDK', () => {
  const providers = {
    'of OpenAI’s chat': (apiKey: string) => createOpenAI({ apiKey, baseURL: `${twin.url}/v1` }).chat(model),
    'of OpenAI’s responses': (apiKey: string) => createOpenAI({ apiKey, baseURL: `${twin.url}/v1` }).responses(model),
    'of Anthropic’s messages': (apiKey: string) => createAnthropic({ apiKey, baseURL: `${twin.url}/v1` })(model),
    'of Google’s Gemini': (apiKey: string) =>
      createGoogle({ apiKey, baseURL: `${twin.url}/v1beta` })(`models/${model}`),
  };

  describe.each(Object.entries(providers))('in the words %s', (_words, modelFor) => {
    test('generates, and streams the same', async () => {
      const { key } = await twin.key('1');
      const ask = { model: modelFor(key), prompt: 'Hello there', maxOutputTokens: 40, maxRetries: 0 };
      const whole = await generateText(ask);
      const stream = streamText(ask);
      let streamed = '';
      for await (const text of stream.textStream) streamed += text;
      expect(streamed).toBe(whole.text);
      expect(whole.text).not.toBe('');
      const usage = await stream.usage;
      expect([usage.inputTokens, usage.outputTokens]).toEqual([whole.usage.inputTokens, whole.usage.outputTokens]);
      await expectCharged(key);
    });

    test('runs tools until there is an answer', async () => {
      const { key } = await twin.key('1');
      const cities: string[] = [];
      const weather = tool({
        description: 'Tells it.',
        inputSchema: input,
        execute: ({ city }) => {
          cities.push(city);
          return Promise.resolve('Sunny');
        },
      });
      const { text, steps } = await generateText({
        model: modelFor(key),
        prompt: 'Weather? #tool',
        tools: { weather },
        stopWhen: stepCountIs(3),
        maxRetries: 0,
      });
      expect(cities).toHaveLength(1);
      expect(steps).toHaveLength(2);
      expect(text).not.toBe('');
      await expectCharged(key);
    });

    test('is told of an empty wallet', async () => {
      const { key } = await twin.key('0');
      const refused = generateText({ model: modelFor(key), prompt: 'Hi', maxRetries: 0 });
      await expect(refused).rejects.toMatchObject({ statusCode: 402 });
    });
  });

  test('embeds', async () => {
    const { key } = await twin.key('1');
    const openAi = createOpenAI({ apiKey: key, baseURL: `${twin.url}/v1` });
    const { embedding } = await embed({ model: openAi.embedding('sim/embed'), value: 'one' });
    expect(embedding).toHaveLength(8);
  });
});
