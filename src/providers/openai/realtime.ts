// Realtime: every response of a session bills the whole conversation again, so each is a usage of its own.
import { type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';
import type { Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, partOrWhole } from '#core/usage/payload.ts';
import { sumOfUsages } from '#core/usage/sum.ts';
import { missingUsage, type SubUsage, type Usage } from '#core/usage/usage.ts';
import { normalized } from '../openai-compatible/normalizers.ts';
import { normalizeOpenAiUsage } from '../openai-compatible/usage.ts';

export const normalizeRealtime: Normalizer = (payload) => {
  const events = eventsIn(payload);
  if (events) return { usage: sessionUsage(events.filter(isFields), payload), facts: {} };
  const response = partOrWhole(payload, 'response');
  return normalized(partOrWhole(response, 'usage'), bodyOf(response), { endpoint: 'chat' });
};

function sessionUsage(events: readonly Fields[], raw: unknown): Usage {
  const responses = events.filter((event) => event['type'] === 'response.done' && isFields(event['response']));
  // An event that is delivered twice is one response.
  const byId = new Map(
    responses.map((event, index) => [wordOf(partOf(event, 'response'), 'id') ?? index, partOf(event, 'response')]),
  );
  const each = [...byId.values()].map((response) =>
    normalizeOpenAiUsage(response['usage'] ?? null, { endpoint: 'chat' }),
  );
  const heard = transcriptions(events);
  if (each.length === 0 && heard.length === 0) return missingUsage({ normalizer, raw });
  const usage = sumOfUsages(each, { normalizer, raw });
  return heard.length === 0 ? usage : { ...usage, sub_usages: [...(usage.sub_usages ?? []), ...heard] };
}

/** What the caller said is written down by another model, at that model's price. */
function transcriptions(events: readonly Fields[]): readonly SubUsage[] {
  const written = events.filter((event) => event['type'] === 'conversation.item.input_audio_transcription.completed');
  const model = transcriptionModel(events) ?? 'input_audio_transcription';
  return written.map((event) => ({
    model,
    usage: normalizeOpenAiUsage(event['usage'] ?? null, { endpoint: 'transcriptions' }),
  }));
}

function transcriptionModel(events: readonly Fields[]): string | undefined {
  for (const event of events.toReversed()) {
    const session = partOf(event, 'session');
    const input = partOf(partOf(session, 'audio'), 'input');
    const settings = partOf(session, 'input_audio_transcription');
    const model = wordOf(settings, 'model') ?? wordOf(partOf(input, 'transcription'), 'model');
    if (model !== undefined) return model;
  }
  return undefined;
}

const normalizer = { id: 'openai-realtime', version: '1' };
