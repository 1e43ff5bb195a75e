// Which provider's words a payload uses, from the names of its fields. The first sign that is there decides.
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { eventsIn, headersOf } from '#core/usage/payload.ts';

export function shapeOf(payload: unknown): string | undefined {
  const events = eventsIn(payload);
  if (!events) return isFields(payload) ? shapeOfEvent(payload) : undefined;
  // Later events tell more, and some tell nothing.
  const shapes = events
    .filter(isFields)
    .map((event) => shapeOfEvent(event) ?? (Array.isArray(event['choices']) ? 'openai.chat' : undefined));
  return shapes.findLast((shape) => shape !== undefined);
}

interface Sign {
  readonly shape: string;
  readonly seen: (usage: Fields, body: Fields) => boolean;
}

const has =
  (...names: readonly string[]) =>
  (fields: Fields) =>
    names.some((name) => name in fields);

function shapeOfBody(body: Fields): string | undefined {
  const named = ['usage', 'usageMetadata', 'meta', 'usage_info', 'extra_info', 'x_groq'].find((name) =>
    isFields(body[name]),
  );
  const part = named === undefined ? body : partOf(body, named);
  const usage = named === 'x_groq' && isFields(part['usage']) ? part['usage'] : part;
  const sign = signs.find(({ seen }) => seen(usage, body));
  if (sign) return sign.shape;
  // A usage that is there and says nothing is missing, in whichever words.
  const saysNothing = 'usage' in body && Object.keys(partOf(body, 'usage')).length === 0;
  return saysNothing ? 'openai.chat' : undefined;
}

const signs: readonly Sign[] = [
  { shape: 'bedrock.invoke', seen: (_usage, body) => 'amazon-bedrock-invocationMetrics' in body },
  { shape: 'bedrock.invoke', seen: hasHeader('x-amzn-bedrock-input-token-count') },
  { shape: 'fal.result', seen: hasHeader('x-fal-billable-units') },
  { shape: 'elevenlabs.speech', seen: hasHeader('character-cost', 'x-character-count') },
  { shape: 'gemini.interactions', seen: has('total_input_tokens', 'total_output_tokens') },
  { shape: 'gemini.live', seen: has('responseTokenCount', 'responseTokensDetails') },
  { shape: 'gemini.embed', seen: has('promptTokenDetails') },
  {
    shape: 'gemini.generate',
    seen: has('promptTokenCount', 'candidatesTokenCount', 'totalTokenCount', 'thoughtsTokenCount'),
  },
  { shape: 'bedrock.guardrails', seen: (usage) => Object.keys(usage).some((name) => name.endsWith('PolicyUnits')) },
  { shape: 'bedrock.converse', seen: has('inputTokens', 'outputTokens') },
  { shape: 'bedrock.titan-embedding', seen: has('inputTextTokenCount') },
  { shape: 'cohere.meta', seen: (usage, body) => 'meta' in body && has('billed_units', 'tokens')(usage) },
  { shape: 'cohere.v2.chat', seen: has('billed_units') },
  { shape: 'mistral.ocr', seen: has('pages_processed') },
  { shape: 'minimax.speech', seen: has('usage_characters') },
  { shape: 'dashscope.image', seen: has('image_count') },
  { shape: 'dashscope.video', seen: has('video_duration', 'output_video_duration', 'SR', 'video_count') },
  { shape: 'seedream.image', seen: has('generated_images') },
  { shape: 'openai.transcription', seen: ({ type }) => type === 'duration' || type === 'tokens' },
  {
    shape: 'anthropic.messages',
    seen: (usage) =>
      'input_tokens' in usage &&
      (has(
        'cache_creation_input_tokens',
        'cache_read_input_tokens',
        'cache_creation',
        'iterations',
        'inference_geo',
      )(usage) ||
        has('server_tool_use')(usage) ||
        isBareInputAndOutput(usage)),
  },
  { shape: 'dashscope.native', seen: (usage) => 'input_tokens' in usage && isNativeDashscope(usage) },
  { shape: 'openai.realtime', seen: has('input_token_details', 'output_token_details') },
  {
    shape: 'openai.images',
    seen: (usage, body) => 'input_tokens' in usage && (Array.isArray(body['data']) || 'svg_usage' in body),
  },
  { shape: 'openai.speech', seen: (_usage, body) => body['type'] === 'speech.audio.done' },
  { shape: 'openai.batch', seen: (_usage, body) => body['object'] === 'batch' },
  {
    shape: 'openrouter.responses',
    seen: (usage) => 'input_tokens' in usage && has('is_byok', 'cost_details')(usage),
  },
  { shape: 'openai.responses', seen: has('input_tokens', 'output_tokens') },
  { shape: 'openrouter.generation', seen: (_usage, body) => 'native_tokens_prompt' in partOf(body, 'data') },
  { shape: 'openrouter.chat', seen: has('is_byok', 'cost_details', 'server_tool_use_details') },
  { shape: 'perplexity.chat', seen: has('citation_tokens', 'search_context_size', 'num_search_queries') },
  { shape: 'xai.chat', seen: has('cost_in_usd_ticks', 'num_sources_used') },
  { shape: 'groq.chat', seen: (usage, body) => has('queue_time')(usage) || has('x_groq', 'usage_breakdown')(body) },
  { shape: 'deepseek.chat', seen: has('prompt_cache_hit_tokens', 'prompt_cache_miss_tokens') },
  { shape: 'mistral.chat', seen: has('num_cached_tokens', 'prompt_audio_seconds', 'prompt_token_details') },
  { shape: 'minimax.native', seen: has('total_characters') },
  { shape: 'ollama.chat', seen: has('prompt_eval_count', 'eval_count') },
  {
    shape: 'portkey.chat',
    seen: (usage) => 'prompt_tokens' in usage && has('cache_read_input_tokens', 'cache_creation_input_tokens')(usage),
  },
  { shape: 'seedance.video', seen: (usage) => 'completion_tokens' in usage && !('prompt_tokens' in usage) },
  { shape: 'openai.embeddings', seen: (usage, body) => 'prompt_tokens' in usage && isEmbedding(usage, body) },
  { shape: 'openai.chat', seen: has('prompt_tokens', 'completion_tokens') },
  { shape: 'voyage.embeddings', seen: has('total_tokens') },
  {
    shape: 'vertex.embeddings',
    seen: (_usage, body) => listOf(body['predictions']).some((each) => 'embeddings' in each),
  },
  { shape: 'imagen', seen: has('predictions', 'raiMediaFilteredCount') },
  {
    shape: 'veo',
    seen: (_usage, { response }) => isFields(response) && has('generateVideoResponse', 'generatedVideos')(response),
  },
  { shape: 'replicate.prediction', seen: (_usage, body) => 'predict_time' in partOf(body, 'metrics') },
  {
    shape: 'google.speech-to-text',
    seen: (_usage, body) => 'totalBilledDuration' in partOf(body, 'metadata') || 'totalBilledTime' in body,
  },
  { shape: 'gladia.transcript', seen: (_usage, body) => has('billing_time', 'audio_duration')(metadataIn(body)) },
  { shape: 'deepgram.listen', seen: (_usage, body) => 'duration' in partOf(body, 'metadata') },
  {
    shape: 'kling.task',
    seen: (_usage, body) => 'final_unit_deduction' in body || 'final_unit_deduction' in partOf(body, 'data'),
  },
  { shape: 'runway.task', seen: (_usage, body) => 'credits' in partOf(body, 'cost') || 'estimatedCost' in body },
  { shape: 'bfl.submit', seen: has('output_mp', 'input_mp', 'polling_url') },
  { shape: 'openai.video', seen: (_usage, body) => body['object'] === 'video' },
  { shape: 'elevenlabs.transcript', seen: has('audio_duration_secs') },
];

function hasHeader(...names: readonly string[]): Sign['seen'] {
  return (_usage, body) => {
    const headers = headersOf(body);
    return names.some((name) => name in headers);
  };
}

/** Only the makers of the exclusive dialect report the two sides and no total. */
function isBareInputAndOutput(usage: Fields): boolean {
  return !has('total_tokens', 'input_tokens_details', 'input_token_details', 'cost')(usage);
}

function isNativeDashscope(usage: Fields): boolean {
  const modal = has('image_tokens', 'audio_tokens', 'video_tokens', 'x_details', 'prompt_tokens_details')(usage);
  return modal && !('cost' in usage);
}

function isEmbedding(usage: Fields, body: Fields): boolean {
  const input = !('completion_tokens' in usage) && usage['prompt_tokens'] === usage['total_tokens'];
  return input && !('choices' in body);
}

function metadataIn(body: Fields): Fields {
  const result = partOf(body, 'result');
  return 'metadata' in result ? partOf(result, 'metadata') : partOf(body, 'metadata');
}

function shapeOfEvent(event: Fields): string | undefined {
  const type = wordOf(event, 'type') ?? '';
  if (type === 'message_start' || type === 'message_delta') return 'anthropic.messages';
  if (type === 'message-end') return 'cohere.v2.chat';
  if (event['event_type'] === 'stream-end') return 'cohere.v1.chat';
  if (type === 'response.done') return 'openai.realtime';
  if (/^response\.(?:completed|incomplete|failed|created)$/.test(type)) return 'openai.responses';
  if (type.startsWith('transcript.text')) return 'openai.transcription';
  if (type.startsWith('speech.audio')) return 'openai.speech';
  if (/^image_(?:generation|edit)\./.test(type)) return 'openai.images';
  if (isFields(event['metadata']) && isFields(partOf(event, 'metadata')['usage'])) return 'bedrock.converse';
  if (isFields(event['response']) && 'usageMetadata' in partOf(event, 'response')) return 'gemini.generate';
  return shapeOfBody(event);
}
