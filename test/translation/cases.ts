// What is asked and answered in every cell, in neutral words: it must mean the same on both sides, whoever speaks.
import type { Asked, Said, Tool } from './words.ts';

export interface Case {
  readonly name: string;
  readonly asked: Asked;
  readonly said: Said;
}

const limit = 4_000;
const weather: Tool = {
  name: 'weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const time: Tool = {
  name: 'time',
  description: 'Tells the time.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, zones: { type: 'array', items: { type: 'number' } } },
  },
};
const fine: Said = { text: ['All ', 'is “well”.\n', 'Żary 🙂'], calls: [], stop: 'end' };
const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, degrees: { type: 'number' } },
  required: ['city', 'degrees'],
  additionalProperties: false,
};

export const cases: readonly Case[] = [
  {
    name: 'words',
    asked: {
      system: 'Be brief.',
      turns: [
        { who: 'user', text: 'Hello “there”' },
        { who: 'model', text: 'Hello yourself' },
        { who: 'user', text: 'How is\n it in Żary? 🙂' },
      ],
      limit,
    },
    said: fine,
  },
  {
    name: 'tools',
    asked: { turns: [{ who: 'user', text: 'What is it like in Żary?' }], tools: [weather, time], limit },
    said: {
      text: ['I look.'],
      calls: [{ id: 'call_a', name: 'weather', arguments: { city: 'Żary "East"' } }],
      stop: 'tool-calls',
    },
  },
  {
    name: 'the result of a tool',
    asked: {
      turns: [
        { who: 'user', text: 'What is it like?' },
        { who: 'model', text: 'I look.', calls: [{ id: 'call_a', name: 'weather', arguments: { city: 'Żary' } }] },
        { who: 'tools', results: [{ callId: 'call_a', name: 'weather', text: 'Sunny, {"degrees": 21}' }] },
      ],
      tools: [weather],
      limit,
    },
    said: fine,
  },
  {
    name: 'parallel tools',
    asked: {
      turns: [
        { who: 'user', text: 'And in both?' },
        {
          who: 'model',
          calls: [
            { id: 'call_a', name: 'weather', arguments: { city: 'Bern' } },
            { id: 'call_b', name: 'weather', arguments: { city: 'Rom' } },
          ],
        },
        {
          who: 'tools',
          results: [
            { callId: 'call_a', name: 'weather', text: 'Rain' },
            { callId: 'call_b', name: 'weather', text: 'Sun' },
          ],
        },
        { who: 'user', text: 'And the time?' },
      ],
      tools: [weather, time],
      limit,
    },
    said: {
      text: [],
      calls: [
        { id: 'call_c', name: 'time', arguments: { city: 'Bern', zones: [1, 2] } },
        { id: 'call_d', name: 'weather', arguments: { city: 'Rom' } },
        { id: 'call_e', name: 'time', arguments: {} },
      ],
      stop: 'tool-calls',
    },
  },
  {
    name: 'an image',
    asked: {
      turns: [
        { who: 'user', text: 'What is this?', shows: { mediaType: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUg==' } },
      ],
      limit,
    },
    said: fine,
  },
  {
    name: 'structured output',
    asked: { turns: [{ who: 'user', text: 'What is it like?' }], schema, limit },
    said: { text: ['{"city":"Ża', 'ry","degrees":21.5}'], calls: [], stop: 'end' },
  },
  {
    name: 'reasoning',
    asked: { turns: [{ who: 'user', text: 'Think about it.' }], tools: [weather], thinks: true, limit },
    said: {
      thought: 'Hm, let me “see”. Żary.',
      text: [],
      calls: [{ id: 'call_a', name: 'weather', arguments: { city: 'Żary' } }],
      stop: 'tool-calls',
    },
  },
  {
    name: 'the limit',
    asked: { turns: [{ who: 'user', text: 'Go on.' }], limit },
    said: { ...fine, stop: 'length' },
  },
];

export const plain: Asked = { turns: [{ who: 'user', text: 'Hello' }], limit };

/** With a tool, of which something can be asked that some makers cannot be told. */
export const offering: Asked = { ...plain, tools: [weather] };

/** More than the wallet of the cell can pay. */
export const endless = {
  asked: { turns: [{ who: 'user', text: 'Go on.' }], limit: 50_000 } satisfies Asked,
  said: { text: Array.from({ length: 3_000 }, (_, index) => `word ${index} `), calls: [], stop: 'end' } satisfies Said,
  balance: '0.003',
};
