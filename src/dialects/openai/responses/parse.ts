// What a caller asks at /v1/responses: only what money and routing need is read; the rest is the provider's to judge.
import type { Parsed } from '#core/call/model-call.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { isBoolean, isCount, isSaid, isShortWord, optional, type Wrong, wrong, wrongModel } from '../checks.ts';
import { readFields } from '../read-fields.ts';
import { promptParts } from './prompt-parts.ts';
import { refusedInResponse } from './refused.ts';

// As for chat: the dearest documented prompt that a provider adds for tools that are offered is 530 tokens.
const toolPromptTokens = 1_024;

export function parseResponse(body: Buffer, extraHeaders: Readonly<Record<string, string>>): Parsed {
  const read = readFields(body);
  if (read.kind === 'malformed') return read;
  const { fields, text } = read;
  const found = firstWrongField(fields) ?? refusedInResponse(fields);
  if (found) return { kind: 'malformed', ...found };
  const { max_output_tokens: limit, service_tier: tier, tools } = fields;
  const { reasoning } = fields;
  return {
    kind: 'call',
    call: {
      kind: 'chat',
      format: 'responses',
      name: String(fields['model']),
      body: text,
      bodyBytes: body.length,
      streamed: fields['stream'] === true,
      usageWanted: true,
      ...(typeof limit === 'number' ? { outputLimit: limit } : {}),
      choices: 1,
      ...promptParts(fields),
      ...(Array.isArray(tools) && tools.length > 0 ? { promptOverhead: toolPromptTokens } : {}),
      // What it thinks is told in a summary at most, and is billed whole.
      thinksInSilence: isFields(reasoning) && reasoning['effort'] !== 'none',
      facts: typeof tier === 'string' && tier !== 'auto' ? { service_tier: tier } : {},
      extraHeaders,
    },
  };
}

function firstWrongField(fields: Fields): Wrong | undefined {
  const { input, tools } = fields;
  const isInput = (value: unknown) => typeof value === 'string' || (Array.isArray(value) && value.every(isFields));
  return (
    wrongModel(fields['model']) ??
    // A response that goes on from another one may have nothing to add.
    wrong(
      'input',
      'a text or a list of items',
      isSaid(input) ? isInput(input) : isSaid(fields['previous_response_id']),
    ) ??
    wrong('stream', 'true or false', optional(fields['stream'], isBoolean)) ??
    wrong('background', 'true or false', optional(fields['background'], isBoolean)) ??
    wrong(
      'tools',
      'a list of objects',
      optional(tools, (list) => Array.isArray(list) && list.every(isFields)),
    ) ??
    wrong('reasoning', 'an object', optional(fields['reasoning'], isFields)) ??
    wrong('service_tier', 'a short word', optional(fields['service_tier'], isShortWord)) ??
    wrong('max_output_tokens', 'a whole number of at least 1', optional(fields['max_output_tokens'], isCount))
  );
}
