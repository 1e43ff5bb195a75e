// Requests that are right, by the address that takes them: what a run mutates.
import type { ModelKind } from '#core/catalog/catalog.ts';
import type { Chance } from '#test/simulation/chance.ts';
import { fieldsOf, type Part } from './form.ts';

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
  '/v1/completions': (model, chance) => ({
    model,
    prompt: chance.pick<unknown>(['Once upon a time', ['One.', 'Two.'], [1, 2, 3], [[1, 2], [3]]]),
    max_tokens: chance.between(1, 200),
    ...(chance.odds(0.4) ? { stream: true, stream_options: { include_usage: chance.odds(0.5) } } : {}),
    ...(chance.odds(0.3) ? { temperature: 0.5, n: 2, best_of: 2, echo: false, stop: ['x'] } : {}),
  }),
  '/v1/responses': (model, chance) => ({
    ...response(model, chance),
    max_output_tokens: chance.between(16, 200),
    ...(chance.odds(0.4) ? { stream: true } : {}),
    ...(chance.odds(0.3) ? { temperature: 0.5, metadata: { run: 'one' }, store: false } : {}),
    ...(chance.odds(0.1)
      ? { text: { format: { type: 'json_schema', name: 'city', schema: tool, strict: true } } }
      : {}),
  }),
  '/v1/responses/input_tokens': response,
  '/v1/moderations': (model, chance) => ({
    ...(chance.odds(0.9) ? { model } : {}),
    input: chance.pick<unknown>(['Some text.', ['One.', 'Two.'], [{ type: 'text', text: 'One.' }]]),
  }),
  '/v1/rerank': rerank,
  '/v2/rerank': rerank,
  '/v2/chat': (model, chance) => ({
    model,
    messages,
    max_tokens: chance.between(1, 200),
    ...(chance.odds(0.4) ? { stream: true } : {}),
    ...(chance.odds(0.3) ? { temperature: 0.3, p: 0.7, stop_sequences: ['x'], safety_mode: 'NONE' } : {}),
    ...(chance.odds(0.1) ? { response_format: { type: 'json_object' } } : {}),
  }),
  '/v2/embed': (model, chance) => ({
    model,
    texts: ['One.', 'Two.'],
    ...(chance.odds(0.5) ? { input_type: 'search_document', embedding_types: ['float'] } : {}),
  }),
  '/v1/images/generations': (model, chance) => ({
    model,
    prompt: 'A tram',
    ...(chance.odds(0.5) ? { n: 1, size: '1024x1024' } : {}),
    ...(chance.odds(0.3) ? { quality: 'hd', response_format: 'b64_json' } : {}),
    ...(chance.odds(0.1) ? { stream: true, partial_images: 1 } : {}),
  }),
  '/v1/audio/speech': (model, chance) => ({
    model,
    input: 'Some text.',
    voice: 'alloy',
    ...(chance.odds(0.5) ? { response_format: 'mp3', speed: 1 } : {}),
  }),
  '/v1/videos': (model, chance) => ({
    model,
    prompt: chance.odds(0.8) ? 'A tram #job_ms=50' : 'A tram #job_ms=50 #job_error=1',
    ...(chance.odds(0.7) ? { seconds: '4', size: '1280x720' } : {}),
  }),
  '/v1/music/generations': (model, chance) => ({
    model,
    prompt: 'A tram #job_ms=50',
    ...(chance.odds(0.5) ? { seconds: '10', lyrics: 'Ding.' } : {}),
  }),
  generateContent: generate,
  streamGenerateContent: generate,
  countTokens: (model, chance) =>
    chance.odds(0.7)
      ? { contents: [{ role: 'user', parts: [{ text: 'How are you?' }] }] }
      : { generateContentRequest: generate(model, chance) },
  embedContent: () => ({ content: { parts: [{ text: 'Some text.' }] } }),
  batchEmbedContents: (model) => ({
    requests: ['One.', 'Two.'].map((text) => ({ model: `models/${model}`, content: { parts: [{ text }] } })),
  }),
  remix: () => ({ prompt: 'Another tram #job_ms=50' }),
};

function response(model: string, chance: Chance): object {
  return {
    model,
    input: chance.pick<unknown>([
      'How are you?',
      [{ role: 'user', content: 'How are you?' }],
      [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'How are you?' }] }],
    ]),
    ...(chance.odds(0.4) ? { instructions: 'Be brief.' } : {}),
    ...(chance.odds(0.2) ? { tools: [{ type: 'function', name: 'weather', parameters: tool, strict: false }] } : {}),
  };
}

function rerank(model: string, chance: Chance): object {
  return {
    model,
    query: 'Which?',
    documents: chance.odds(0.7) ? ['One.', 'Two.'] : [{ text: 'One.' }, { text: 'Two.' }],
    ...(chance.odds(0.4) ? { top_n: 1 } : {}),
  };
}

function generate(_model: string, chance: Chance): object {
  return {
    contents: [{ role: 'user', parts: [{ text: 'How are you?' }] }],
    ...(chance.odds(0.4) ? { systemInstruction: { parts: [{ text: 'Be brief.' }] } } : {}),
    ...(chance.odds(0.6) ? { generationConfig: { maxOutputTokens: chance.between(1, 200), temperature: 0.5 } } : {}),
    ...(chance.odds(0.2) ? { tools: [{ functionDeclarations: [{ name: 'weather', parameters: tool }] }] } : {}),
  };
}

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const image = { fileName: 'in.png', mediaType: 'image/png', bytes: picture };

/** A second of silence. */
const recording = wave(8_000);

type FormSample = (model: string, chance: Chance) => readonly Part[];

const forms: Readonly<Partial<Record<string, FormSample>>> = {
  '/v1/images/edits': (model, chance) => [
    ...fieldsOf({ model, prompt: 'A tram', ...(chance.odds(0.5) ? { n: '1', size: '1024x1024' } : {}) }),
    { name: chance.pick(['image', 'image[]']), ...image },
    ...(chance.odds(0.2) ? [{ name: 'mask', ...image }] : []),
  ],
  '/v1/audio/transcriptions': transcription,
  '/v1/audio/translations': transcription,
  '/v1/videos': (model, chance) => [
    ...fieldsOf({
      model,
      prompt: 'A tram #job_ms=50',
      ...(chance.odds(0.7) ? { seconds: '4', size: '1280x720' } : {}),
    }),
    ...(chance.odds(0.5) ? [{ name: 'input_reference', ...image }] : []),
  ],
};

function transcription(model: string, chance: Chance): readonly Part[] {
  return [
    ...fieldsOf({
      model,
      ...(chance.odds(0.5) ? { response_format: chance.pick(['json', 'text', 'verbose_json']) } : {}),
    }),
    { name: 'file', fileName: 'in.wav', mediaType: 'audio/wav', bytes: recording },
  ];
}

function wave(samples: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples, 40);
  return Buffer.concat([head, Buffer.alloc(samples, 128)]);
}

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

/** An address that has none of its own is one that nobody has thought of here. */
export function sampleFor(address: string): Sample {
  const sample = samples[address];
  if (!sample) throw new Error(`There is no right request for ${address}.`);
  return sample;
}

/** For an address that takes forms; one that takes JSON as well has both. */
export function formFor(address: string): FormSample | undefined {
  return forms[address];
}

export function takesJson(address: string): boolean {
  return samples[address] !== undefined;
}

/** What its models are for. */
export function kindAt(address: string): ModelKind {
  return kinds.find(([part]) => address.includes(part))?.[1] ?? 'chat';
}

const kinds: readonly (readonly [part: string, kind: ModelKind])[] = [
  ['mbed', 'embedding'],
  ['rerank', 'rerank'],
  ['moderations', 'moderation'],
  ['images', 'image'],
  ['speech', 'speech'],
  ['audio', 'transcription'],
  ['videos', 'video'],
  ['music', 'music'],
];
