// The cells that are refused by design: what a caller asks in their dialect's own words, where it has no counterpart, and the
// name by which it is refused. Every other cell is answered.
import { FunctionCallingConfigMode } from '@google/genai';

export interface Refused {
  readonly what: string;
  /** By the speaker's name; a speaker who is not here has no words for it. */
  readonly words: Readonly<Record<string, object>>;
  /** The makers that have none. */
  readonly at: readonly string[];
  readonly param: string;
}

export const refused: readonly Refused[] = [
  {
    what: 'JSON without a schema',
    words: {
      'OpenAI chat': { response_format: { type: 'json_object' } },
      'OpenAI responses': { text: { format: { type: 'json_object' } } },
      Gemini: { responseMimeType: 'application/json' },
      Cohere: { responseFormat: { type: 'json_object' } },
    },
    at: ['Anthropic', 'Bedrock'],
    param: 'response_format',
  },
  {
    what: 'a seed',
    words: { 'OpenAI chat': { seed: 7 }, Gemini: { seed: 7 }, Cohere: { seed: 7 } },
    at: ['Anthropic', 'Bedrock'],
    param: 'seed',
  },
  {
    what: 'one call of a tool at a time',
    words: {
      'OpenAI chat': { parallel_tool_calls: false },
      'OpenAI responses': { parallel_tool_calls: false },
      'Anthropic messages': { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    },
    at: ['Gemini', 'Bedrock', 'Cohere'],
    param: 'parallel_tool_calls',
  },
  {
    what: 'one tool by its name',
    words: {
      'OpenAI chat': { tool_choice: { type: 'function', function: { name: 'weather' } } },
      'OpenAI responses': { tool_choice: { type: 'function', name: 'weather' } },
      'Anthropic messages': { tool_choice: { type: 'tool', name: 'weather' } },
      Gemini: {
        toolConfig: {
          functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['weather'] },
        },
      },
    },
    at: ['Cohere'],
    param: 'tool_choice',
  },
  {
    what: 'sampling by rank',
    words: { 'Anthropic messages': { top_k: 3 }, Gemini: { topK: 3 }, Cohere: { k: 3 } },
    at: ['chat completions', 'OpenAI'],
    param: 'top_k',
  },
  {
    what: 'who asks',
    words: {
      'OpenAI chat': { user: 'somebody' },
      'OpenAI responses': { user: 'somebody' },
      'Anthropic messages': { metadata: { user_id: 'somebody' } },
    },
    at: ['Cohere'],
    param: 'user',
  },
];
