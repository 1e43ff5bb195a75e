// Speech is binary, so the headers say what it cost; what was heard is billed by its length.
import { parseDecimal } from '#core/money/rational.ts';
import { Counts, type Fields, listOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import { heardUsage } from '#core/usage/heard.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, headersOf } from '#core/usage/payload.ts';
import { unitUsage } from '#core/usage/record.ts';

/** `character-cost` is in credits, with what the model takes for a character already in it. */
export const normalizeSpeech: Normalizer = (payload, asked) => {
  const headers = headersOf(payload);
  const counts = new Counts();
  const credits = counts.readText(headers, 'character-cost');
  const counted = counts.readText(headers, 'x-character-count');
  const characters = counted ?? (asked.characters === undefined ? undefined : String(asked.characters));
  const byCharacter = asked.unit === 'character' || credits === undefined;
  const usage = unitUsage(
    {
      normalizer: { id: 'elevenlabs-speech', version: '1' },
      raw: payload,
      unit: byCharacter ? 'character' : 'credit',
      quantity: byCharacter ? 'character' : 'credit',
      // One contract bills credits or characters, never both.
      quantities: {
        ...(credits !== undefined && !byCharacter && { credit: credits }),
        ...(characters !== undefined && byCharacter && { character: characters }),
      },
      cost:
        credits === undefined
          ? undefined
          : {
              amount: credits,
              currency: 'ELEVENLABS_CREDIT',
              basis: 'character-cost',
              ...(asked.usdPerCredit !== undefined && { usd_per_unit: asked.usdPerCredit }),
            },
    },
    counts,
  );
  return { usage, facts: {} };
};

export const normalizeTranscript: Normalizer = (payload, asked) => {
  const body = bodyOf(payload);
  const counts = new Counts();
  const said = counts.readText(body, 'audio_duration_secs') ?? counts.readText(body, 'seconds');
  const seconds = said ?? asked.seconds ?? lastWordEnd(body);
  const usage = heardUsage(
    { normalizer: { id: 'elevenlabs-transcript', version: '1' }, raw: payload, seconds },
    counts,
  );
  return { usage, facts: {} };
};

/** Without the length of the file, the end of the last word is the least it can be. */
function lastWordEnd(body: Fields): string | undefined {
  const ends = listOf(body['words']).flatMap((word) => decimalOf(word['end']) ?? []);
  return ends.toSorted((left, right) => Number(isLess(left, right)) - Number(isLess(right, left)))[0];
}

function isLess(left: string, right: string): boolean {
  const [one, other] = [parseDecimal(left), parseDecimal(right)];
  return one.numerator * other.denominator < other.numerator * one.denominator;
}

export const elevenLabsNormalizers: Readonly<Record<string, Normalizer>> = {
  'elevenlabs.speech': normalizeSpeech,
  'elevenlabs.transcript': normalizeTranscript,
};
