import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { at, bodyFor, chatBody, streamFor } from './asking.ts';
import { shapeNames } from './usage-shapes.ts';

const tool = { type: 'function', function: { name: 'f', parameters: { properties: { a: {} }, required: ['a'] } } };
const asked = { stream_options: { include_usage: true } };

describe('a stream', () => {
  it('says piece by piece what the body says at once, with the same usage', () => {
    const request = fc.record({
      sim: fc.record({
        output_tokens: fc.nat(60),
        burst: fc.integer({ min: 1, max: 7 }),
        tools: fc.nat(2),
        alphabet: fc.constantFrom('ascii', 'utf8'),
        shape: fc.constantFrom(...shapeNames.filter((name) => !['missing', 'null', 'moonshot'].includes(name))),
      }),
      n: fc.integer({ min: 1, max: 3 }),
      max_tokens: fc.option(fc.integer({ min: 1, max: 80 })),
      tools: fc.constantFrom([], [tool]),
    });
    fc.assert(
      fc.property(request, fc.string(), (more, said) => {
        const { json } = bodyFor({ body: chatBody(said, more) });
        const stream = streamFor({ body: chatBody(said, { ...more, ...asked }) });
        expect(stream.done).toBe(true);
        for (let choice = 0; choice < more.n; choice += 1)
          expect(joined(stream.chunks, choice)).toEqual(whole(json, choice));
        expect(stream.chunks.findLast((chunk) => isPresent(chunk['usage']))?.['usage']).toEqual(json['usage']);
        const counted = stream.frames.reduce((sum, frame) => sum + frame.tokens, 0);
        const limit = more.max_tokens === null ? Infinity : more.max_tokens;
        expect(counted).toBeLessThanOrEqual(limit * more.n);
      }),
    );
  });

  it('carries one token in each piece', () => {
    const { frames } = streamFor({ body: chatBody('#tokens=5') });
    expect(frames.map((frame) => frame.tokens)).toEqual([0, 1, 1, 1, 1, 1, 0]);
  });

  it('reports usage on a last chunk without choices when asked, with null before', () => {
    const { chunks } = streamFor({ body: chatBody('abcd #tokens=2', asked) });
    expect(chunks.map((chunk) => chunk['usage'])).toEqual([
      null,
      null,
      null,
      null,
      {
        prompt_tokens: 4,
        completion_tokens: 2,
        total_tokens: 6,
      },
    ]);
    expect(chunks.map((chunk) => at(chunk, 'choices', 0) === undefined)).toEqual([false, false, false, false, true]);
  });

  it('has no usage anywhere when not asked', () => {
    for (const options of [{}, { stream_options: null }, { stream_options: { include_usage: false } }]) {
      const { chunks } = streamFor({ body: chatBody('x', options) });
      expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
    }
  });

  it('sends tool calls as deltas with their indices', () => {
    const { chunks } = streamFor({ body: chatBody('#tools=2', { tools: [tool] }) });
    const calls = chunks.map((chunk) => at(chunk, 'choices', 0, 'delta', 'tool_calls', 0)).filter(isPresent);
    expect(calls.map((call) => at(call, 'index'))).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(calls.map((call) => at(call, 'function', 'name'))).toEqual(['f', ...nothing(3), 'f', ...nothing(3)]);
    expect(at(chunks[0], 'choices', 0, 'delta')).toEqual({ role: 'assistant', content: null });
  });

  it('puts usage where each shape has it', () => {
    const placed = (shape: string, more: object = {}): readonly unknown[] =>
      streamFor({ body: chatBody('abcd', { ...more, sim: { shape, output_tokens: 2 } }) }).chunks.map((chunk) => {
        const total = at(chunk, 'usage', 'total_tokens') ?? at(chunk, 'choices', 0, 'usage', 'total_tokens');
        return total ?? at(chunk, 'x_groq', 'usage', 'total_tokens') ?? ('usage' in chunk ? chunk['usage'] : '-');
      });
    expect(placed('mistral')).toEqual(['-', '-', '-', 3]);
    expect(placed('together')).toEqual([null, null, null, 3]);
    expect(placed('moonshot')).toEqual(['-', '-', '-', 3]);
    expect(placed('groq')).toEqual(['-', '-', '-', 4]);
    expect(placed('groq', asked)).toEqual([null, null, null, 4, 4]);
    expect(placed('cumulative')).toEqual([1, 2, 3, 3]);
    expect(placed('missing', asked)).toEqual(['-', '-', '-', '-']);
    expect(placed('null', asked)).toEqual([null, null, null, null]);
  });

  it('keeps its pace between tokens, in bursts too', () => {
    const times = (sim: object): readonly number[] =>
      streamFor({ body: chatBody('x', { sim: { output_tokens: 4, ...sim } }) }).frames.map((frame) => frame.atMs);
    expect(times({ pace_ms: 10 })).toEqual([0, 0, 10, 20, 30, 30]);
    expect(times({ pace_ms: 10, burst: 2 })).toEqual([0, 0, 20, 20]);
    expect(bodyFor({ body: chatBody('#tokens=4 #pace_ms=10 #delay_ms=5') }).atMs).toBe(35);
  });
});

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

function nothing(times: number): readonly undefined[] {
  return Array.from({ length: times }, () => undefined);
}

interface Said {
  readonly content: unknown;
  readonly calls: readonly string[];
  readonly finish: unknown;
}

function whole(json: unknown, choice: number): Said {
  const message = at(json, 'choices', choice, 'message');
  const calls = at(message, 'tool_calls');
  return {
    content: at(message, 'content'),
    calls: Array.isArray(calls) ? calls.map((call) => String(at(call, 'function', 'arguments'))) : [],
    finish: at(json, 'choices', choice, 'finish_reason'),
  };
}

function joined(chunks: readonly unknown[], choice: number): Said {
  let content: string | null = null;
  let finish: unknown = null;
  const calls: string[] = [];
  for (const chunk of chunks.filter((each) => at(each, 'choices', 0, 'index') === choice)) {
    const delta = at(chunk, 'choices', 0, 'delta');
    const text = at(delta, 'content');
    if (typeof text === 'string') content = (content ?? '') + text;
    const index = at(delta, 'tool_calls', 0, 'index');
    const args = at(delta, 'tool_calls', 0, 'function', 'arguments');
    if (typeof index === 'number' && typeof args === 'string') calls[index] = (calls[index] ?? '') + args;
    finish = at(chunk, 'choices', 0, 'finish_reason') ?? finish;
  }
  return { content, calls, finish };
}
