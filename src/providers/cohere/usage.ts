// What is billed is less than what was counted, since the template of a prompt is free. Counts are typed as doubles.
import { Counts, type Fields, isFields, partOf } from '#core/usage/counts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { eventsIn, partOrWhole } from '#core/usage/payload.ts';
import { present, type Quantities, tokenUsage, unitUsage } from '#core/usage/record.ts';
import { invalidUsage, missingUsage, type Usage } from '#core/usage/usage.ts';

const normalizer = { id: 'cohere', version: '1' };

export const normalizeBilled: Normalizer = (payload) => {
  const events = eventsIn(payload);
  const raw = events ? atTheEnd(events) : partOrWhole(payload, 'usage', 'meta');
  return { usage: billedUsage(raw), facts: {} };
};

/** The last event of a stream: `message-end` now, `stream-end` in the first version. */
function atTheEnd(events: readonly unknown[]): unknown {
  const ends = events.filter(isFields).flatMap((event) => {
    const delta = partOf(event, 'delta');
    const response = partOf(event, 'response');
    return [delta['usage'], response['meta']].filter(isFields);
  });
  return ends.at(-1) ?? null;
}

function billedUsage(raw: unknown): Usage {
  if (raw === undefined || raw === null) return missingUsage({ normalizer, raw: null });
  if (!isFields(raw)) return invalidUsage({ normalizer, raw, flags: ['NO_USAGE_OBJECT'] });
  const billed = partOf(raw, 'billed_units');
  const counts = new Counts();
  counts.noteUnknown(billed, knownUnits, () => true);
  const quantities = unitsIn(billed, counts);
  const tokens = ['input_tokens', 'output_tokens', 'image_tokens'].some((name) => typeof billed[name] === 'number');
  return tokens ? tokensBilled(raw, billed, quantities, counts) : unitsBilled(raw, quantities, counts);
}

// Tokens of an image are counted beside those of the text.
function tokensBilled(raw: Fields, billed: Fields, quantities: Quantities, counts: Counts): Usage {
  const image = counts.readPart([billed, 'image_tokens']);
  const input = counts.read(billed, 'input_tokens');
  const output = counts.read(billed, 'output_tokens');
  const counted = 'tokens' in raw ? partOf(raw, 'tokens') : partOf(raw, 'token_count');
  const rawTokens = present({
    input_tokens: counts.read(counted, 'input_tokens'),
    output_tokens: counts.read(counted, 'output_tokens'),
    cached_tokens: counts.read(raw, 'cached_tokens'),
  });
  const embedded = output === undefined && Object.keys(counted).length === 0;
  return tokenUsage(
    {
      normalizer,
      raw,
      prompt: input === undefined && image === 0 ? undefined : (input ?? 0) + image,
      completion: embedded ? 0 : output,
      promptParts: { image_tokens: image },
      quantities,
      ...(rawTokens && { rawTokens }),
    },
    counts,
  );
}

function unitsBilled(raw: Fields, quantities: Quantities, counts: Counts): Usage {
  const meter = 'search_unit' in quantities ? 'search_unit' : 'image' in quantities ? 'image' : 'request';
  return unitUsage({ normalizer, raw, unit: meter, quantity: meter, quantities }, counts);
}

function unitsIn(billed: Fields, counts: Counts): Quantities {
  const found = {
    search_unit: counts.readDecimal(billed, 'search_units'),
    image: counts.readDecimal(billed, 'images'),
    request: counts.readDecimal(billed, 'classifications'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, units]) => units !== undefined));
}

const knownUnits = new Set([
  'input_tokens',
  'output_tokens',
  'image_tokens',
  'images',
  'search_units',
  'classifications',
]);

export const cohereNormalizers: Readonly<Record<string, Normalizer>> = {
  'cohere.v2.chat': normalizeBilled,
  'cohere.v1.chat': normalizeBilled,
  'cohere.meta': normalizeBilled,
};
