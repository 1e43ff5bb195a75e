// Input, cache reads and cache writes are counted apart: the prompt is the three together.
import { Counts, type Fields, isFields, namesTokens, partOf, wordOf } from '#core/usage/counts.ts';
import { factsOf } from '#core/usage/facts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, partOrWhole } from '#core/usage/payload.ts';
import { tokenUsage } from '#core/usage/record.ts';
import { invalidUsage, missingUsage, type SubUsage, type Usage } from '#core/usage/usage.ts';
import { extraIterations, otherModels } from './iterations.ts';
import { type Side, sideOf } from './side.ts';
import { streamUsage } from './stream.ts';

const normalizer = { id: 'anthropic', version: '1' };

export const normalizeMessage: Normalizer = (payload) => {
  const events = eventsIn(payload);
  if (events) {
    const { raw, ended } = streamUsage(events);
    return { usage: cutShort(messageUsage(raw), ended), facts: factsIn(raw) };
  }
  const body = bodyOf(payload);
  const raw = partOrWhole(isFields(body['message']) ? body['message'] : payload, 'usage');
  return { usage: messageUsage(raw), facts: factsIn(raw) };
};

export function messageUsage(raw: unknown): Usage {
  if (raw === undefined || raw === null) return missingUsage({ normalizer, raw: null });
  if (!isFields(raw)) return invalidUsage({ normalizer, raw, flags: ['NO_USAGE_OBJECT'] });
  const counts = new Counts();
  const top = sideOf(raw, counts);
  const more = extraIterations(raw, top, counts);
  const thought = counts.read(partOf(raw, 'output_tokens_details'), 'thinking_tokens');
  const searches = counts.read(partOf(raw, 'server_tool_use'), 'web_search_requests');
  counts.noteUnknown(raw, knownFields, namesTokens);
  counts.noteUnknown(partOf(raw, 'cache_creation'), knownLifetimes, () => true);
  counts.noteUnknown(partOf(raw, 'output_tokens_details'), knownOutput, () => true);
  const whole = [top, ...more].reduce(sumOfSides);
  return tokenUsage(
    {
      normalizer,
      raw,
      prompt: whole.input === undefined ? undefined : whole.input + whole.read + whole.written,
      completion: whole.output,
      promptParts: { cached_tokens: whole.read, cache_write_tokens: whole.written },
      completionParts: { reasoning_tokens: thought },
      lifetimes: whole.lifetimes,
      quantities: searches === undefined ? {} : { web_search_call: String(searches) },
      reportedTotal: counts.read(raw, 'total_tokens'),
      subUsages: otherModels(raw).map(({ model, fields }): SubUsage => ({ model, usage: messageUsage(fields) })),
    },
    counts,
  );
}

function sumOfSides(left: Side, right: Side): Side {
  return {
    input: left.input === undefined || right.input === undefined ? undefined : left.input + right.input,
    output: left.output === undefined || right.output === undefined ? undefined : left.output + right.output,
    read: left.read + right.read,
    written: left.written + right.written,
    lifetimes: {
      '5m': left.lifetimes['5m'] + right.lifetimes['5m'],
      '1h': left.lifetimes['1h'] + right.lifetimes['1h'],
    },
  };
}

/** What the answer's beginning says of the output is not what came of it. */
export function cutShort(usage: Usage, ended: boolean): Usage {
  if (ended || usage.status !== 'reported') return usage;
  return { ...usage, status: 'partial', flags: [...usage.flags, 'COMPLETION_TOKENS_MISSING'] };
}

function factsIn(raw: unknown) {
  const usage: Fields = isFields(raw) ? raw : {};
  const geography = wordOf(usage, 'inference_geo');
  return factsOf({
    service_tier: wordOf(usage, 'service_tier'),
    speed: wordOf(usage, 'speed'),
    region: geography === 'not_available' ? undefined : geography,
  });
}

const knownFields = new Set([
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
]);
const knownLifetimes = new Set(['ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens']);
const knownOutput = new Set(['thinking_tokens']);

/** Counting tokens beforehand is free. */
export const normalizeTokenCount: Normalizer = (payload) => ({
  usage: {
    ...missingUsage({ normalizer, raw: payload }),
    status: 'not_billable',
  },
  facts: {},
});
