// What each catalogued provider of OpenAI's dialect documents of itself: where it listens, what it takes, how it counts.

export interface CompatibleRules {
  /** Below its host. */
  readonly path: string;
  /** The fields in which it reads a limit. */
  readonly limitFields: readonly string[];
  /** What its validator refuses, at the top or in a message. */
  readonly refuses: readonly string[];
  /** Whether a stream tells its usage only when asked. */
  readonly asksForUsage: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly usage: Readonly<Record<string, unknown>>;
  /** What its documentation makes of them: `cached` of the prompt, thoughts within the output. */
  readonly billed: { readonly prompt: number; readonly cached: number; readonly output: number };
  /** The chunks of a stream that carry usage. */
  readonly usageChunks?: (usage: object) => readonly object[];
  /** How it says that a field is wrong, with the name that is in it. */
  readonly refusal: { readonly status: number; readonly body: (field: string) => object };
}

const openAiError = (field: string): object => ({
  error: { message: `Unsupported parameter: ${field}`, type: 'invalid_request_error', param: field, code: null },
});
const validatorError = (field: string): object => ({
  detail: [{ type: 'extra_forbidden', loc: ['body', field], msg: 'Extra inputs are not permitted', input: null }],
});

const plain: CompatibleRules = {
  path: '/v1/chat/completions',
  limitFields: ['max_tokens', 'max_completion_tokens'],
  refuses: [],
  asksForUsage: true,
  usage: { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 },
  billed: { prompt: 30, cached: 0, output: 12 },
  refusal: { status: 400, body: openAiError },
};

const openRouter: CompatibleRules = {
  ...plain,
  path: '/api/v1/chat/completions',
  asksForUsage: false,
  headers: { 'x-title': 'Faregate' },
  usage: {
    prompt_tokens: 194,
    completion_tokens: 20,
    total_tokens: 214,
    cost: 0.00095,
    is_byok: false,
    cost_details: { upstream_inference_cost: null },
    prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 5 },
  },
  billed: { prompt: 194, cached: 100, output: 20 },
  refusal: {
    status: 400,
    body: (field) => ({ error: { code: 400, message: `"${field}" is not valid`, metadata: { provider_name: 'x' } } }),
  },
};

const zai: CompatibleRules = {
  ...plain,
  path: '/api/paas/v4/chat/completions',
  limitFields: ['max_tokens'],
  refuses: ['stream_options', 'max_completion_tokens'],
  asksForUsage: false,
  usage: {
    prompt_tokens: 120,
    completion_tokens: 30,
    total_tokens: 150,
    prompt_tokens_details: { cached_tokens: 64 },
  },
  billed: { prompt: 120, cached: 64, output: 30 },
  refusal: { status: 400, body: (field) => ({ error: { code: '1210', message: `Invalid API parameter: ${field}` } }) },
};

export const compatibleRules: Readonly<Record<string, CompatibleRules>> = {
  openai: {
    ...plain,
    usage: {
      prompt_tokens: 2_006,
      completion_tokens: 300,
      total_tokens: 2_306,
      prompt_tokens_details: { cached_tokens: 1_920, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 128, audio_tokens: 0 },
    },
    billed: { prompt: 2_006, cached: 1_920, output: 300 },
  },
  // What is thought has no field there: it is in the total alone.
  gemini: {
    ...plain,
    path: '/v1beta/openai/chat/completions',
    usage: { prompt_tokens: 9, completion_tokens: 11, total_tokens: 70 },
    billed: { prompt: 9, cached: 0, output: 61 },
    refusal: { status: 400, body: (field) => [openAiError(field)] },
  },
  deepseek: {
    ...plain,
    limitFields: ['max_tokens'],
    usage: {
      prompt_tokens: 1_000,
      completion_tokens: 80,
      total_tokens: 1_080,
      prompt_tokens_details: { cached_tokens: 640 },
      completion_tokens_details: { reasoning_tokens: 50 },
      prompt_cache_hit_tokens: 640,
      prompt_cache_miss_tokens: 360,
    },
    billed: { prompt: 1_000, cached: 640, output: 80 },
  },
  // Thoughts stand beside the completion, in the total.
  xai: {
    ...plain,
    usage: {
      prompt_tokens: 181,
      completion_tokens: 27,
      total_tokens: 227,
      prompt_tokens_details: { text_tokens: 181, audio_tokens: 0, image_tokens: 0, cached_tokens: 64 },
      completion_tokens_details: { reasoning_tokens: 19, audio_tokens: 0, accepted_prediction_tokens: 0 },
      num_sources_used: 0,
      cost_in_usd_ticks: 158_500,
    },
    billed: { prompt: 181, cached: 64, output: 46 },
    refusal: {
      status: 400,
      body: (field) => ({ code: 'Client specified an invalid argument', error: `Argument not supported: ${field}` }),
    },
  },
  zai,
  zhipu: zai,
  mistral: {
    ...plain,
    limitFields: ['max_tokens'],
    refuses: ['stream_options', 'max_completion_tokens', 'user', 'store', 'safety_identifier', 'reasoning_content'],
    asksForUsage: false,
    usage: {
      prompt_tokens: 40,
      completion_tokens: 9,
      total_tokens: 49,
      prompt_audio_seconds: {},
      num_cached_tokens: 16,
    },
    billed: { prompt: 40, cached: 16, output: 9 },
    refusal: {
      status: 422,
      body: (field) => ({ object: 'error', message: validatorError(field), type: 'invalid_request_error', code: null }),
    },
  },
  meta: { ...plain, path: '/compat/v1/chat/completions' },
  dashscope: {
    ...plain,
    path: '/compatible-mode/v1/chat/completions',
    limitFields: ['max_tokens'],
    usage: {
      prompt_tokens: 3_019,
      completion_tokens: 104,
      total_tokens: 3_123,
      prompt_tokens_details: { cached_tokens: 2_048 },
      completion_tokens_details: { reasoning_tokens: 50, text_tokens: 54 },
    },
    billed: { prompt: 3_019, cached: 2_048, output: 104 },
  },
  openrouter: openRouter,
  'prime-intellect': openRouter,
  allenai: openRouter,
  'arcee-ai': openRouter,
  essentialai: openRouter,
  tngtech: openRouter,
  sourceful: openRouter,
  together: { ...plain, limitFields: ['max_tokens'], usage: { ...plain.usage, cached_tokens: 0 } },
  // The last chunk has the usage twice.
  groq: {
    ...plain,
    path: '/openai/v1/chat/completions',
    limitFields: ['max_completion_tokens'],
    refuses: ['max_tokens', 'store', 'metadata', 'reasoning_content'],
    usage: {
      queue_time: 0.037,
      prompt_tokens: 18,
      prompt_time: 0.000_68,
      completion_tokens: 55,
      completion_time: 0.463,
      total_tokens: 73,
      total_time: 0.464,
    },
    billed: { prompt: 18, cached: 0, output: 55 },
    usageChunks: (usage) => [
      { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], x_groq: { id: 'req_1', usage } },
      { id: 'c', choices: [], usage },
    ],
  },
  // Every chunk has the usage so far, and citations are billed on top; so is the search, by the request.
  perplexity: {
    ...plain,
    path: '/chat/completions',
    limitFields: ['max_tokens'],
    refuses: ['stream_options', 'max_completion_tokens'],
    asksForUsage: false,
    usage: {
      prompt_tokens: 14,
      completion_tokens: 70,
      total_tokens: 84,
      search_context_size: 'low',
      cost: { input_tokens_cost: 0, output_tokens_cost: 0, request_cost: 0.005, total_cost: 0.005 },
    },
    billed: { prompt: 14, cached: 0, output: 70 },
    usageChunks: (usage) => [
      {
        id: 'c',
        choices: [{ index: 0, delta: { content: '' }, finish_reason: null }],
        usage: { ...usage, completion_tokens: 1, total_tokens: 15 },
      },
      { id: 'c', choices: [{ index: 0, delta: { content: '' }, finish_reason: 'stop' }], usage },
    ],
  },
  fireworks: {
    ...plain,
    path: '/inference/v1/chat/completions',
    usage: { ...plain.usage, prompt_tokens_details: { cached_tokens: 10 } },
    billed: { prompt: 30, cached: 10, output: 12 },
  },
  // The last choice has it.
  moonshot: {
    ...plain,
    usage: { ...plain.usage, cached_tokens: 20 },
    billed: { prompt: 30, cached: 20, output: 12 },
    usageChunks: (usage) => [{ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] }],
  },
  litellm: {
    ...plain,
    usage: { ...plain.usage, cache_creation_input_tokens: 0, cache_read_input_tokens: 6 },
    billed: { prompt: 30, cached: 6, output: 12 },
    refusal: { status: 400, body: (field) => ({ error: { message: `${field} is not supported`, code: '400' } }) },
  },
  ollama: { ...plain, limitFields: ['max_tokens'] },
  vllm: {
    ...plain,
    usage: { ...plain.usage, prompt_tokens_details: null },
    refusal: {
      status: 400,
      body: (field) => ({
        object: 'error',
        message: `extra ${field}`,
        type: 'BadRequestError',
        param: field,
        code: 400,
      }),
    },
  },
};

/** Catalogued in this dialect, and no maker of chats. */
export const withoutChat: ReadonlySet<string> = new Set(['jina']);
