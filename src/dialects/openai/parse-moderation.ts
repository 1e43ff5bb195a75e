// What a caller asks at /v1/moderations.
import type { Parsed } from '#core/call/model-call.ts';
import { isFields, listOf } from '#core/usage/counts.ts';
import { optional, wrong } from './checks.ts';
import { readFields } from './read-fields.ts';
import { refusedField } from './refused-fields.ts';

/** Whom this address asks when nobody is named. */
const modelUnlessSaid = 'omni-moderation-latest';

export function parseModeration(body: Buffer, extraHeaders: Readonly<Record<string, string>>): Parsed {
  const read = readFields(body);
  if (read.kind === 'malformed') return read;
  const { fields, text } = read;
  const { model, input } = fields;
  const isName = (value: unknown) => typeof value === 'string' && value !== '';
  const found =
    refusedField(fields) ??
    wrong('model', 'the name of a model', optional(model, isName)) ??
    wrong('input', 'a text, a list of texts, or a list of parts', isInput(input));
  if (found) return { kind: 'malformed', ...found };
  return {
    kind: 'call',
    call: {
      kind: 'moderation',
      format: 'moderations',
      name: typeof model === 'string' ? model : modelUnlessSaid,
      body: text,
      bodyBytes: body.length,
      streamed: false,
      usageWanted: false,
      choices: 1,
      images: listOf(input).filter(({ type }) => type === 'image_url').length,
      attachments: listOf(input).filter(({ type }) => type !== 'image_url' && type !== 'text').length,
      facts: {},
      extraHeaders,
    },
  };
}

function isInput(input: unknown): boolean {
  if (typeof input === 'string') return true;
  if (!Array.isArray(input) || input.length === 0) return false;
  return input.every((each) => typeof each === 'string') || input.every(isFields);
}
