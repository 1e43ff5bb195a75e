// Answers without a word about usage: what was asked for and what was delivered is what is billed.
import { parseDecimal, rational, times } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { Counts, type Fields } from '#core/usage/counts.ts';
import { factsOf } from '#core/usage/facts.ts';
import { jobState } from '#core/usage/job.ts';
import type { Asked, Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { type Quantities, unitUsage } from '#core/usage/record.ts';
import type { Usage } from '#core/usage/usage.ts';

const normalizer = { id: 'by-request', version: '1' };

interface Delivered {
  readonly unit: Usage['usage_unit'];
  readonly quantity: 'image' | 'credit' | 'video_clip' | 'video_second' | 'song' | 'character';
  readonly quantities: Quantities;
}

function delivered(payload: unknown, { unit, quantity, quantities }: Delivered): Usage {
  const counts = new Counts();
  const state = jobState(bodyOf(payload));
  if (state === 'unfinished') counts.flags.add('JOB_UNFINISHED');
  return unitUsage(
    {
      normalizer,
      raw: payload,
      unit,
      quantity,
      quantities: state === 'done' ? quantities : {},
      billable: state !== 'failed',
    },
    counts,
  );
}

/** Some bill credits of their own for each image. */
const normalizeImage: Normalizer = (payload, asked) => {
  const images = resultsIn(bodyOf(payload), imageFields) ?? asked.results;
  const { creditsPerResult } = asked;
  const byCredit = creditsPerResult !== undefined;
  const quantities = {
    ...(images !== undefined && { image: String(images) }),
    ...(asked.references !== undefined && { image_reference: String(asked.references) }),
    ...(images !== undefined && byCredit && { credit: multiplied(creditsPerResult, images) }),
  };
  const quantity = byCredit ? 'credit' : 'image';
  return { usage: delivered(payload, { unit: quantity, quantity, quantities }), facts: {} };
};

const normalizeVideo: Normalizer = (payload, asked) => {
  const films = resultsIn(bodyOf(payload), filmFields) ?? asked.results ?? 1;
  const facts = factsOf({ duration: asked.seconds });
  if (asked.unit === 'clip' || asked.seconds === undefined) {
    const quantities = { video_clip: String(films) };
    return { usage: delivered(payload, { unit: 'clip', quantity: 'video_clip', quantities }), facts };
  }
  const quantities = { video_second: multiplied(asked.seconds, films) };
  return { usage: delivered(payload, { unit: 'second', quantity: 'video_second', quantities }), facts };
};

const normalizeSong: Normalizer = (payload, asked) => {
  const songs = resultsIn(bodyOf(payload), songFields) ?? asked.results;
  const quantities = songs === undefined ? {} : { song: String(songs) };
  return { usage: delivered(payload, { unit: 'song', quantity: 'song', quantities }), facts: {} };
};

const normalizeCharacters: Normalizer = (payload, { characters }: Asked) => {
  const quantities = characters === undefined ? {} : { character: String(characters) };
  return { usage: delivered(payload, { unit: 'character', quantity: 'character', quantities }), facts: {} };
};

const imageFields = ['data', 'images', 'artifacts', 'output'];
const filmFields = ['videos', 'generations'];
const songFields = ['data', 'songs', 'clips', 'tracks'];

/** A list has as many results as it is long; a number is taken as it is. */
function resultsIn(answer: Fields, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = answer[name];
    if (Array.isArray(value)) return value.length;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  }
  return undefined;
}

function multiplied(text: string, count: number): string {
  return exactText(times(parseDecimal(text), rational(BigInt(count))));
}

export const byRequestNormalizers: Readonly<Record<string, Normalizer>> = {
  'request.image': normalizeImage,
  'request.video': normalizeVideo,
  'request.song': normalizeSong,
  'request.characters': normalizeCharacters,
};
