// Every shape in which providers report usage, by name; and which shape an unknown answer has.
import type { Asked, Normalized, Normalizer } from '#core/usage/normalizer.ts';
import { anthropicNormalizers } from './anthropic/normalizers.ts';
import { bedrockNormalizers } from './bedrock/normalizers.ts';
import { bflNormalizers } from './bfl/usage.ts';
import { byRequestNormalizers } from './by-request/usage.ts';
import { meterNormalizers } from './by-request/meter.ts';
import { cohereNormalizers } from './cohere/usage.ts';
import { dashscopeNormalizers } from './dashscope/normalizers.ts';
import { deepgramNormalizers } from './deepgram/usage.ts';
import { elevenLabsNormalizers } from './elevenlabs/usage.ts';
import { falNormalizers } from './fal/usage.ts';
import { gladiaNormalizers } from './gladia/usage.ts';
import { googleNormalizers } from './google/normalizers.ts';
import { groqNormalizers } from './groq/usage.ts';
import { klingNormalizers } from './kling/usage.ts';
import { minimaxNormalizers } from './minimax/usage.ts';
import { mistralNormalizers } from './mistral/usage.ts';
import { ollamaNormalizers } from './ollama/usage.ts';
import { openAiNormalizers } from './openai/normalizers.ts';
import { openAiCompatibleNormalizers } from './openai-compatible/normalizers.ts';
import { openRouterNormalizers } from './openrouter/generation.ts';
import { perplexityNormalizers } from './perplexity/usage.ts';
import { withProxyCost } from './proxy/reported-cost.ts';
import { replicateNormalizers } from './replicate/usage.ts';
import { runwayNormalizers } from './runway/usage.ts';
import { shapeOf } from './shape.ts';
import { volcengineNormalizers } from './volcengine/usage.ts';
import { voyageNormalizers } from './voyage/usage.ts';
import { xaiNormalizers } from './xai/usage.ts';

const normalizers: ReadonlyMap<string, Normalizer> = new Map(
  [
    openAiCompatibleNormalizers,
    openAiNormalizers,
    anthropicNormalizers,
    googleNormalizers,
    bedrockNormalizers,
    cohereNormalizers,
    mistralNormalizers,
    xaiNormalizers,
    openRouterNormalizers,
    perplexityNormalizers,
    groqNormalizers,
    dashscopeNormalizers,
    minimaxNormalizers,
    ollamaNormalizers,
    voyageNormalizers,
    elevenLabsNormalizers,
    deepgramNormalizers,
    gladiaNormalizers,
    falNormalizers,
    replicateNormalizers,
    runwayNormalizers,
    klingNormalizers,
    bflNormalizers,
    volcengineNormalizers,
    byRequestNormalizers,
    meterNormalizers,
  ].flatMap((table) => Object.entries(table)),
);

export const shapeNames: readonly string[] = [...normalizers.keys()];

/** `anthropic.messages.stream` is read by `anthropic.messages`, which knows a stream when it sees one. */
export function normalizerOf(shape: string): Normalizer | undefined {
  const parts = shape.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join('.');
    const found = normalizers.get(otherNames[name] ?? name);
    if (found) return (payload, asked) => finish(found(payload, asked), payload);
  }
  return undefined;
}

function finish({ usage, facts }: Normalized, payload: unknown): Normalized {
  const flags = usage.status === 'missing' && usage.flags.length === 0 ? ['USAGE_MISSING'] : usage.flags;
  return { usage: withProxyCost({ ...usage, flags }, payload), facts };
}

const otherNames: Readonly<Record<string, string>> = {
  'openai.response': 'openai.responses',
  'openai.image': 'openai.images',
  'openai.transcriptions': 'openai.transcription',
  'openai.transcribe': 'openai.transcription',
  'openai.audio.transcriptions': 'openai.transcription',
  'openai.audio.speech': 'openai.speech',
  'openai.tts': 'openai.speech',
  'openai.videos': 'openai.video',
  'openai.batches': 'openai.batch',
  'openai.moderations': 'openai.moderation',
  'openai.embedding': 'openai.embeddings',
  'xai.responses': 'openai.responses',
  'azure.responses': 'openai.responses',
  'azure.openai': 'azure.chat',
  'gemini.embeddings': 'gemini.embed',
  'gemini.stream': 'gemini.generate',
  'gemini.imagen': 'imagen',
  'gemini.veo': 'veo',
  'vertex.generate': 'gemini.generate',
  'vertex.embed': 'vertex.embeddings',
  'vertex.imagen': 'imagen',
  'vertex.veo': 'veo',
  'google.imagen': 'imagen',
  'google.veo': 'veo',
  'google.stt': 'google.speech-to-text',
  'google.speech': 'google.speech-to-text',
  'bedrock.titan': 'bedrock.titan-embedding',
  'bedrock.guardrail': 'bedrock.guardrails',
  'cohere.chat': 'cohere.v2.chat',
  'cohere.v1': 'cohere.v1.chat',
  'cohere.v2': 'cohere.v2.chat',
  'cohere.rerank': 'cohere.meta',
  'cohere.embed': 'cohere.meta',
  'anthropic.compat': 'anthropic.openai-compatible',
  'groq.compound': 'groq.chat',
  'deepseek.stream': 'deepseek.chat',
  'minimax.t2a': 'minimax.speech',
  'minimax.tts': 'minimax.speech',
  'elevenlabs.tts': 'elevenlabs.speech',
  'elevenlabs.headers': 'elevenlabs.speech',
  'elevenlabs.stt': 'elevenlabs.transcript',
  'elevenlabs.scribe': 'elevenlabs.transcript',
  'gladia.result': 'gladia.transcript',
  'ollama.generate': 'ollama.chat',
  'ollama.embed': 'ollama.chat',
  'bytedance.seedance': 'seedance.video',
  'volcengine.seedance': 'seedance.video',
  'bytedance.seedream': 'seedream.image',
  'volcengine.seedream': 'seedream.image',
  seedance: 'seedance.video',
  seedream: 'seedream.image',
  'request.images': 'request.image',
  'request.songs': 'request.song',
  'request.music': 'request.song',
  'request.tts': 'request.characters',
};

export interface Recognized extends Normalized {
  readonly shape: string;
}

/** By the words that the payload uses; `undefined` when no provider's words are in it. */
export function normalizePayload(payload: unknown, asked: Asked): Recognized | undefined {
  const shape = shapeOf(payload);
  const normalizer = shape === undefined ? undefined : normalizerOf(shape);
  return shape === undefined || normalizer === undefined ? undefined : { shape, ...normalizer(payload, asked) };
}
