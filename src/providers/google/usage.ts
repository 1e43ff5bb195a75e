// Tool results are beside the prompt and thoughts beside the candidates: each side is the two together.
import { Counts, type Fields, isFields, listOf, namesTokens, wordOf } from '#core/usage/counts.ts';
import { factsOf } from '#core/usage/facts.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Asked, Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, partOrWhole } from '#core/usage/payload.ts';
import { tokenUsage } from '#core/usage/record.ts';
import { invalidUsage, missingUsage, type Usage } from '#core/usage/usage.ts';
import { byModality } from './modalities.ts';
import { searchesIn } from './searches.ts';

const normalizer = { id: 'gemini', version: '1' };

/** Answers, streams (every chunk repeats the counts so far), and turns of the live API. */
export const normalizeGenerate: Normalizer = (payload, asked) => {
  const events = eventsIn(payload);
  const body = events ? finalChunk(events) : bodyOf(payload);
  const raw = events ? body['usageMetadata'] : partOrWhole(payload, 'usageMetadata', 'usage_metadata', 'usage');
  return { usage: generateUsage(raw, body, asked), facts: factsIn(raw, body) };
};

function generateUsage(raw: unknown, body: Fields, asked: Asked): Usage {
  if (raw === undefined || raw === null) return missingUsage({ normalizer, raw: null });
  if (!isFields(raw)) return invalidUsage({ normalizer, raw, flags: ['NO_USAGE_OBJECT'] });
  const counts = new Counts();
  const said = countsIn(raw, counts);
  const read = byModality(raw['promptTokensDetails'] ?? raw['promptTokenDetails'], said.prompt, counts);
  const cached = byModality(raw['cacheTokensDetails'], said.cached, counts);
  const made = byModality(raw['candidatesTokensDetails'] ?? raw['responseTokensDetails'], said.made, counts);
  counts.noteUnknown(raw, knownFields, namesTokens);
  const prompt = said.prompt === undefined ? undefined : said.prompt + said.tool;
  const completion =
    said.made === undefined && said.total === undefined && said.thought === 0 ? undefined : said.output;
  const searches = searchesIn(body, asked);
  return tokenUsage(
    {
      normalizer,
      raw,
      prompt,
      completion,
      promptParts: {
        cached_tokens: said.cached,
        tool_tokens: said.tool,
        audio_tokens: read.audio,
        image_tokens: read.image,
        video_tokens: read.video,
        cached_audio_tokens: Math.min(cached.audio, read.audio),
        cached_image_tokens: Math.min(cached.image, read.image),
      },
      completionParts: {
        reasoning_tokens: said.thought,
        audio_tokens: made.audio,
        image_tokens: made.image,
        video_tokens: made.video,
      },
      quantities: { web_search_call: String(searches) },
      reportedTotal: said.total,
    },
    counts,
  );
}

function countsIn(raw: Fields, counts: Counts) {
  const made = counts.readAny([raw, 'candidatesTokenCount'], [raw, 'responseTokenCount']);
  const thought = counts.readPart([raw, 'thoughtsTokenCount']);
  return {
    prompt: counts.read(raw, 'promptTokenCount'),
    made,
    thought,
    output: (made ?? 0) + thought,
    tool: counts.readPart([raw, 'toolUsePromptTokenCount']),
    cached: counts.readPart([raw, 'cachedContentTokenCount']),
    total: counts.read(raw, 'totalTokenCount'),
  };
}

/** A vendor quirk: early chunks may lack thoughts or candidates, and the last one says all. */
function finalChunk(events: readonly unknown[]): Fields {
  const chunks = events.filter(isFields).map((event) => (isFields(event['response']) ? event['response'] : event));
  // What grounds an answer may be repeated with it, and then it is the same.
  const grounding = lastValues(chunks.map((chunk) => listOf(chunk['candidates'])[0]?.['groundingMetadata']));
  const candidates = grounding === undefined ? [] : [{ groundingMetadata: grounding }];
  const usageMetadata = lastValues(chunks.map((chunk) => chunk['usageMetadata'])) ?? null;
  return { ...lastValues(chunks), usageMetadata, candidates };
}

function factsIn(raw: unknown, body: Fields) {
  const usage: Fields = isFields(raw) ? raw : {};
  const tier = wordOf(usage, 'serviceTier') ?? wordOf(body, 'serviceTier');
  return factsOf({ service_tier: tier?.toLowerCase() ?? tiers[wordOf(usage, 'trafficType') ?? ''] });
}

const tiers: Readonly<Record<string, string>> = {
  ON_DEMAND: 'standard',
  ON_DEMAND_PRIORITY: 'priority',
  ON_DEMAND_FLEX: 'flex',
  ON_DEMAND_OFFPEAK: 'offpeak',
  PROVISIONED_THROUGHPUT: 'provisioned_throughput',
};

const knownFields = new Set([
  'promptTokenCount',
  'candidatesTokenCount',
  'responseTokenCount',
  'totalTokenCount',
  'cachedContentTokenCount',
  'thoughtsTokenCount',
  'toolUsePromptTokenCount',
  'initialPromptTokenCount',
]);

/** Embeddings put nothing out, and count their details in the singular. */
export const normalizeEmbedding: Normalizer = (payload) => {
  const raw = partOrWhole(payload, 'usageMetadata', 'usage');
  if (!isFields(raw)) return { usage: missingUsage({ normalizer, raw: raw ?? null }), facts: {} };
  const counts = new Counts();
  const total = counts.read(raw, 'totalTokenCount');
  const prompt = counts.read(raw, 'promptTokenCount') ?? total;
  const read = byModality(raw['promptTokenDetails'] ?? raw['promptTokensDetails'], prompt, counts);
  const usage = tokenUsage(
    {
      normalizer,
      raw,
      prompt,
      completion: prompt === undefined ? undefined : 0,
      promptParts: { audio_tokens: read.audio, image_tokens: read.image, video_tokens: read.video },
      reportedTotal: total,
    },
    counts,
  );
  return { usage, facts: {} };
};
