// Predictions: embeddings count their tokens one by one; images and films are counted by what was delivered.
import { parseDecimal, rational, times } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { Counts, type Fields, listOf, partOf } from '#core/usage/counts.ts';
import { factsOf } from '#core/usage/facts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf } from '#core/usage/payload.ts';
import { tokenUsage, unitUsage } from '#core/usage/record.ts';

export const normalizeVertexEmbedding: Normalizer = (payload) => {
  const body = bodyOf(payload);
  const counts = new Counts();
  const tokens = listOf(body['predictions']).map((each) =>
    counts.read(partOf(partOf(each, 'embeddings'), 'statistics'), 'token_count'),
  );
  const known = tokens.length > 0 && tokens.every((count) => count !== undefined);
  const prompt = known ? tokens.reduce((sum, count) => sum + (count ?? 0), 0) : undefined;
  const characters = counts.readText(partOf(body, 'metadata'), 'billableCharacterCount');
  const usage = tokenUsage(
    {
      normalizer: { id: 'vertex-embeddings', version: '1' },
      raw: payload,
      prompt,
      completion: prompt === undefined ? undefined : 0,
      quantities: characters === undefined ? {} : { character: characters },
    },
    counts,
  );
  return { usage, facts: {} };
};

/** Filtered images are not billed. */
export const normalizeImagen: Normalizer = (payload, { results }) => {
  const body = bodyOf(payload);
  const images = delivered(body, ['predictions', 'generatedImages']) ?? results;
  const counts = new Counts();
  const quantities = images === undefined ? {} : { image: String(images) };
  const normalizer = { id: 'imagen', version: '1' };
  return {
    usage: unitUsage({ normalizer, raw: payload, unit: 'image', quantity: 'image', quantities }, counts),
    facts: {},
  };
};

/** Seconds asked for, times the films that were delivered. */
export const normalizeVeo: Normalizer = (payload, { results, seconds }) => {
  const operation = bodyOf(payload);
  const response = partOf(operation, 'response');
  const generated = partOf(response, 'generateVideoResponse');
  const places = [generated, response, operation];
  const films = places.map((place) => delivered(place, filmFields)).find((count) => count !== undefined) ?? results;
  const counts = new Counts();
  const failed = operation['error'] !== undefined && operation['error'] !== null;
  if (operation['done'] === false) counts.flags.add('JOB_UNFINISHED');
  const known = films !== undefined && seconds !== undefined && operation['done'] !== false;
  const usage = unitUsage(
    {
      normalizer: { id: 'veo', version: '1' },
      raw: payload,
      unit: 'second',
      quantity: 'video_second',
      quantities: known ? { video_second: exactText(times(parseDecimal(seconds), rational(BigInt(films)))) } : {},
      billable: !failed,
    },
    counts,
  );
  return { usage, facts: factsOf({ duration: seconds }) };
};

const filmFields = ['generatedSamples', 'generatedVideos', 'videos', 'predictions'];

function delivered(place: Fields, names: readonly string[]): number | undefined {
  const name = names.find((each) => Array.isArray(place[each]));
  if (name === undefined) return typeof place['raiMediaFilteredCount'] === 'number' ? 0 : undefined;
  return listOf(place[name]).filter((each) => !('raiFilteredReason' in each)).length;
}
