// An explicit cache costs for as long as it is kept: its tokens, times the hours of its lifetime.
import { floorDivide, parseDecimal, type Rational, rational, times } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { Counts, partOf, wordOf } from '#core/usage/counts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';

export const normalizeCachedContent: Normalizer = (payload, { seconds }) => {
  const body = bodyOf(payload);
  const counts = new Counts();
  const metadata = 'usageMetadata' in body ? partOf(body, 'usageMetadata') : body;
  const tokens = counts.read(metadata, 'totalTokenCount');
  const ttl = wordOf(body, 'ttl')?.replace(/s$/, '');
  const lifetime = (ttl === undefined ? undefined : counts.readText({ ttl }, 'ttl')) ?? seconds;
  const hours = lifetime === undefined ? undefined : times(parseDecimal(lifetime), rational(1n, 3600n));
  const kept = tokens === undefined || hours === undefined ? undefined : times(rational(BigInt(tokens)), hours);
  const usage = unitUsage(
    {
      normalizer: { id: 'gemini-cache', version: '1' },
      raw: payload,
      unit: 'token_hour',
      quantity: 'storage_token_hour',
      quantities: kept === undefined ? {} : { storage_token_hour: exactText(toBillionths(kept)) },
    },
    counts,
  );
  return { usage, facts: {} };
};

// A second is no decimal part of an hour; what is lost is less than a billionth of a token.
function toBillionths(value: Rational): Rational {
  const billion = 1_000_000_000n;
  return rational(floorDivide(times(value, rational(billion))).quotient, billion);
}
