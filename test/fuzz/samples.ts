// Requests that are right, by the address that takes them: what a run mutates.
import type { Chance } from '#test/simulation/chance.ts';

type Sample = (model: string, chance: Chance) => object;

const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'How are you?' },
];

const tool = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
};

const samples: Readonly<Partial<Record<string, Sample>>> = {
  '/v1/chat/completions': (model, chance) => ({
    model,
    messages: chance.odds(0.7)
      ? messages
      : [
          { role: 'user', content: [{ type: 'text', text: 'What is it?' }] },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Rome"}' } },
            ],
          },
          { role: 'tool', tool_call_id: 'call_1', content: 'Sunny.' },
        ],
    max_tokens: chance.between(1, 200),
    ...(chance.odds(0.4) ? { stream: true, stream_options: { include_usage: chance.odds(0.5) } } : {}),
    ...(chance.odds(0.3) ? { temperature: 0.5, top_p: 1, stop: ['\n'], n: 1, user: 'someone' } : {}),
    ...(chance.odds(0.2)
      ? { tools: [{ type: 'function', function: { name: 'weather', parameters: tool } }], tool_choice: 'auto' }
      : {}),
    ...(chance.odds(0.1)
      ? { response_format: { type: 'json_schema', json_schema: { name: 'city', schema: tool, strict: true } } }
      : {}),
  }),
  '/v1/embeddings': (model, chance) => ({
    model,
    input: chance.pick<unknown>(['Some text.', ['One.', 'Two.'], [1, 2, 3], [[1, 2], [3]]]),
    ...(chance.odds(0.3) ? { dimensions: 8, encoding_format: 'float', user: 'someone' } : {}),
  }),
  '/v1/messages': (model, chance) => ({
    ...prompt(model, chance),
    max_tokens: chance.between(1, 200),
    ...(chance.odds(0.4) ? { stream: true } : {}),
    ...(chance.odds(0.3) ? { temperature: 0.5, stop_sequences: ['x'], metadata: { user_id: 'someone' } } : {}),
  }),
  '/v1/messages/count_tokens': prompt,
};

function prompt(model: string, chance: Chance): object {
  return {
    model,
    messages: chance.odds(0.7)
      ? [{ role: 'user', content: 'How are you?' }]
      : [
          { role: 'user', content: [{ type: 'text', text: 'What is it?', cache_control: { type: 'ephemeral' } }] },
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } }],
          },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Sunny.' }] },
        ],
    ...(chance.odds(0.4) ? { system: chance.pick<unknown>(['Be brief.', [{ type: 'text', text: 'Be brief.' }]]) } : {}),
    ...(chance.odds(0.2) ? { tools: [{ name: 'weather', input_schema: tool }], tool_choice: { type: 'auto' } } : {}),
  };
}

/** An address that has none of its own is asked with what most of them take. */
const common: Sample = (model) => ({
  model,
  input: 'Some text.',
  prompt: 'Some text.',
  messages,
  contents: [{ role: 'user', parts: [{ text: 'Some text.' }] }],
  query: 'Which?',
  documents: ['One.', 'Two.'],
  voice: 'alloy',
  max_tokens: 16,
  n: 1,
});

export function sampleFor(address: string): Sample {
  return samples[address] ?? common;
}
