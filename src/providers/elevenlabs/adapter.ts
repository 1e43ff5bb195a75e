// ElevenLabs: speech by the voice's id, and transcripts with the time of every word.
import type { MediaAnswer, SpeechRequest, SpokenSegment, TranscriptionRequest } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Fields, listOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { headersOf } from '#core/usage/payload.ts';
import type { MediaTranslation, ProviderAdapter, ProviderFailure, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamAnswer } from '#ports/upstream.ts';
import { askAt, firstWithout } from '#providers/openai-compatible/ask.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import { writeForm } from '#providers/openai-compatible/form.ts';
import { mediaOnly } from '#providers/openai-compatible/media-only.ts';
import { normalizeSpeech, normalizeTranscript } from './usage.ts';

const formats: Readonly<Partial<Record<string, string>>> = {
  mp3: 'mp3_44100_128',
  opus: 'opus_48000_64',
  pcm: 'pcm_24000',
};

const voiceId = /^[A-Za-z0-9]{10,64}$/;
const speeds = { min: 0.7, max: 1.2 };

export function elevenLabsProvider(): ProviderAdapter {
  return mediaOnly('elevenlabs', { speech, transcription }, failure);
}

const speech: MediaTranslation = {
  refuses(call) {
    const { voice, format = 'mp3', speed = 1, instructions } = speechOf(call);
    return firstWithout([
      ['voice', !voiceId.test(voice), 'must be the id of one of the provider’s voices.'],
      ['response_format', formats[format] === undefined, 'can be "mp3", "opus" or "pcm".'],
      ['speed', speed < speeds.min || speed > speeds.max, `must be from ${speeds.min} to ${speeds.max}.`],
      ['instructions', instructions !== undefined],
    ]);
  },
  request(call, plan) {
    const { voice, text, format = 'mp3', speed } = speechOf(call);
    const path = `/text-to-speech/${voice}?output_format=${formats[format] ?? ''}`;
    const settings = speed === undefined ? {} : { voice_settings: { speed } };
    const body = JSON.stringify({ text, model_id: plan.target.model, ...settings });
    return askAt(plan, {
      path,
      headers: { ...headersFor(plan), 'content-type': 'application/json', accept: '*/*' },
      body,
    });
  },
  usageOf(call, body, headers) {
    const told = toldIn(headers);
    const characters = Number(call.expected?.quantities.character);
    const { usage } = normalizeSpeech({ headers: told, bytes: body.length }, { unit: 'character', characters });
    const credit = told['character-cost'];
    // Contracts are by the character or by the credit; the price says which.
    const quantities = { ...usage.quantities, ...(typeof credit === 'string' && { credit }) };
    return usage.status === 'reported' ? { ...usage, quantities } : usage;
  },
  answer(call, body, headers): MediaAnswer | undefined {
    const { format = 'mp3' } = speechOf(call);
    const type = headers['content-type'];
    if (body.length === 0) return undefined;
    const mediaType = typeof type === 'string' ? type : format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
    return { kind: 'speech', bytes: body, mediaType };
  },
};

const transcription: MediaTranslation = {
  refuses(call) {
    const { translated, prompt } = transcriptionOf(call);
    return firstWithout([
      ['model', translated, 'does not translate: ask for a transcription.'],
      ['prompt', prompt !== undefined],
    ]);
  },
  request(call, plan) {
    const { file, language, temperature } = transcriptionOf(call);
    const { contentType, body } = writeForm({
      fields: [
        ['model_id', plan.target.model],
        ...(language === undefined ? [] : [['language_code', language] as const]),
        ...(temperature === undefined ? [] : [['temperature', temperature] as const]),
      ],
      files: [{ ...file, field: 'file' }],
    });
    const headers = { ...headersFor(plan), 'content-type': contentType, accept: 'application/json' };
    return askAt(plan, { path: '/speech-to-text', headers, body });
  },
  usageOf(call, body) {
    const { audio_duration_secs, words, language_code } = parseFields(body) ?? {};
    const seconds = call.expected?.quantities.audio_second_in;
    const spoken = listOf(words).length;
    const payload = { language_code, words: spoken, ...(audio_duration_secs !== undefined && { audio_duration_secs }) };
    return normalizeTranscript(payload, { seconds }).usage;
  },
  answer(_call, body): MediaAnswer | undefined {
    const answer = parseFields(body);
    const text = answer?.['text'];
    if (!answer || typeof text !== 'string') return undefined;
    const words = listOf(answer['words']).flatMap(wordIn);
    const language = wordOf(answer, 'language_code');
    const seconds = words.at(-1)?.end;
    return {
      kind: 'transcript',
      text,
      ...(language !== undefined && { language }),
      ...(seconds !== undefined && { seconds }),
      segments: inSentences(words),
      words,
    };
  },
};

function speechOf({ media }: ModelCall): SpeechRequest {
  if (media?.kind === 'speech') return media;
  throw new Error('This is no call for speech.');
}

function transcriptionOf({ media }: ModelCall): TranscriptionRequest {
  if (media?.kind === 'transcription') return media;
  throw new Error('This is no call for a transcript.');
}

function headersFor({ credential }: ProviderRequestPlan): Readonly<Record<string, string>> {
  return credential === undefined ? {} : { 'xi-api-key': credential };
}

/** The headers that tell of money. */
function toldIn(headers: UpstreamAnswer['headers']): Fields {
  const all = headersOf(headers);
  return Object.fromEntries(
    ['character-cost', 'x-character-count'].flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])),
  );
}

function wordIn(word: Fields): readonly SpokenSegment[] {
  const { text, type, start, end } = word;
  const isTimed = typeof text === 'string' && typeof start === 'number' && typeof end === 'number';
  return isTimed && type !== 'spacing' ? [{ text, start, end }] : [];
}

const sentenceLengthMax = 80;

/** As captions have it: to the end of a sentence, or as much as fits on a line or two. */
function inSentences(words: readonly SpokenSegment[]): readonly SpokenSegment[] {
  const sentences: { text: string; start: number; end: number }[] = [];
  for (const { text, start, end } of words) {
    const last = sentences.at(-1);
    const goesOn = last && !/[.!?]$/.test(last.text) && last.text.length + text.length < sentenceLengthMax;
    if (goesOn) Object.assign(last, { text: `${last.text} ${text}`, end });
    else sentences.push({ text, start, end });
  }
  return sentences;
}

function failure(status: number, headers: Parameters<typeof openAiFailure>[1], body: Buffer): ProviderFailure {
  const plain = openAiFailure(status, headers, body);
  const { detail } = parseFields(body) ?? {};
  const said: unknown = typeof detail === 'object' && detail !== null && 'message' in detail ? detail.message : detail;
  return typeof said === 'string' && said !== '' ? { ...plain, message: said.slice(0, 600) } : plain;
}
