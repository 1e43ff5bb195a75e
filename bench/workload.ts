// What is asked and answered in every measurement: the same bytes for everybody, computed once.

export const modes = ['plain', 'stream'] as const;
export type Mode = (typeof modes)[number];

/** The name that callers send, and the one under which the mock knows the model. */
export const modelName = 'bench/chat';
export const upstreamModel = 'chat-large-latest';

export const streamChunks = 50;

/** Answers differ in what they consumed, so that a charge in the wrong place cannot pass for the right one. */
export const usages: readonly Usage[] = Array.from({ length: 8 }, (_, index) => ({
  promptTokens: 401 + index * 13,
  completionTokens: 100 + index * 7,
}));

interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Dollars for a million tokens, as decimal text; one token of either is a whole number of picodollars. */
export const prices = { input: '0.0375', output: '0.301' } as const;

const picodollarsPerToken = { input: 37_500n, output: 301_000n } as const;

export function picodollarsFor({ promptTokens, completionTokens }: Usage): bigint {
  return BigInt(promptTokens) * picodollarsPerToken.input + BigInt(completionTokens) * picodollarsPerToken.output;
}

export interface Call {
  readonly port: number;
  readonly path: string;
  /** Without it no credential is sent. */
  readonly key?: string | undefined;
  readonly mode: Mode;
}

/** About 1.5 KB. */
export function requestBody(mode: Mode): string {
  return JSON.stringify({
    model: modelName,
    messages: [
      {
        role: 'system',
        content: 'You are a careful assistant. Answer in short sentences, and say what you do not know.',
      },
      { role: 'user', content: words(1_180) },
    ],
    temperature: 0.7,
    max_tokens: 256,
    ...(mode === 'stream' ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
}

/** A whole request, ready for the socket. */
export function requestBytes({ port, path, key, mode }: Call): Buffer {
  const body = Buffer.from(requestBody(mode));
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    ...(key === undefined ? [] : [`authorization: Bearer ${key}`]),
    `content-length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

const created = 1_760_000_000;

/** About 0.6 KB. */
export function answerBody(usage: Usage): string {
  return JSON.stringify({
    id: 'chatcmpl-Bench0123456789abcdefghij',
    object: 'chat.completion',
    created,
    model: upstreamModel,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: words(240), refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: usageJson(usage),
    system_fingerprint: 'fp_0123456789',
  });
}

/** The stream's events, in the order and the pieces in which they are sent. */
export function streamPieces(usage: Usage): readonly string[] {
  const pieces = Array.from({ length: streamChunks }, (_, index) =>
    event([{ index: 0, delta: { content: ` word${index}` }, logprobs: null, finish_reason: null }], null),
  );
  const end = event([{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }], null);
  return [...pieces, `${end}${event([], usageJson(usage))}data: [DONE]\n\n`];
}

function event(choices: readonly object[], usage: object | null): string {
  const chunk = {
    id: 'chatcmpl-Bench0123456789abcdefghij',
    object: 'chat.completion.chunk',
    created,
    model: upstreamModel,
    choices,
    usage,
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function usageJson({ promptTokens, completionTokens }: Usage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

function words(length: number): string {
  return 'the quick brown fox jumps over the lazy dog and '.repeat(Math.ceil(length / 48)).slice(0, length);
}
