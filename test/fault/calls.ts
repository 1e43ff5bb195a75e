// Calls as callers make them, and what each of them knows about it in the end, whoever has died meanwhile.
import { currencyOf, parseAmount } from '#core/money/currency.ts';
import { type Chunk, chunksOf, post, said } from '#test/gateway/wire.ts';

export interface Order {
  readonly key: string;
  readonly keyId: string;
  readonly model: string;
  readonly streamed: boolean;
  /** By which the provider outside knows the call. */
  readonly tag?: string;
  readonly outputTokens?: number;
  readonly paceMs?: number;
  readonly delayMs?: number;
}

/** What the caller holds in hands. */
export type Ending =
  /** The whole answer, with its price. */
  | { readonly kind: 'whole'; readonly requestId: string; readonly charge: bigint; readonly usage: CalledUsage }
  /** It began, and broke off. */
  | { readonly kind: 'part'; readonly requestId: string }
  | { readonly kind: 'refused'; readonly requestId: string; readonly refusal: Refusal }
  /** The connection broke before anything came. */
  | { readonly kind: 'nothing' };

export interface Called {
  readonly order: Order;
  readonly ending: Ending;
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Seconds. */
  readonly retryAfter: number;
  readonly shouldRetry: boolean;
}

interface CalledUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

const usd = currencyOf('usd');

export async function call(url: string, order: Order, signal?: AbortSignal): Promise<Called> {
  return { order, ending: await endingOf(url, order, signal) };
}

async function endingOf(url: string, order: Order, signal: AbortSignal | undefined): Promise<Ending> {
  let response: Response;
  try {
    response = await post(url, order.key, bodyOf(order), signal ? { signal } : {});
  } catch {
    return { kind: 'nothing' };
  }
  const requestId = response.headers.get('x-request-id') ?? '';
  try {
    const text = await response.text();
    if (response.status !== 200) return refused(requestId, response, text);
    return order.streamed ? streamed(requestId, text) : unstreamed(requestId, response, text);
  } catch {
    return { kind: 'part', requestId };
  }
}

function refused(requestId: string, { status, headers }: Response, text: string): Ending {
  const { error } = JSON.parse(text) as { readonly error: { readonly code: string; readonly message: string } };
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  const shouldRetry = headers.get('x-should-retry') === 'true';
  return { kind: 'refused', requestId, refusal: { status, ...error, retryAfter, shouldRetry } };
}

function unstreamed(requestId: string, { headers }: Response, text: string): Ending {
  const { usage } = JSON.parse(text) as { readonly usage: CalledUsage };
  return { kind: 'whole', requestId, charge: parseAmount(headers.get('x-faregate-charge') ?? '', usd), usage };
}

function streamed(requestId: string, text: string): Ending {
  const last: Chunk | undefined = chunksOf(text).at(-1);
  if (!text.endsWith('data: [DONE]\n\n') || !last?.usage || !last.faregate) return { kind: 'part', requestId };
  return { kind: 'whole', requestId, charge: parseAmount(last.faregate.charge, usd), usage: last.usage };
}

function bodyOf({ model, streamed: stream, tag, outputTokens = 8, paceMs, delayMs }: Order): object {
  const knobs = { tag, output_tokens: outputTokens, pace_ms: paceMs, delay_ms: delayMs };
  return {
    model,
    messages: said(inWords(knobs, model)),
    max_tokens: 2_000,
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  };
}

// In the message, since that reaches every simulator, through whatever adapter.
function inWords(knobs: Readonly<Record<string, string | number | undefined>>, model: string): string {
  const set = Object.entries(knobs).filter(([, value]) => value !== undefined);
  return [`Hello ${model}`, ...set.map(([name, value]) => `#${name}=${value ?? ''}`)].join(' ');
}

/** What the list price makes of a whole answer. */
export function priceOf(model: string, usage: CalledUsage): bigint {
  if (model.endsWith('/cent')) return 10_000_000_000n;
  return BigInt(usage.prompt_tokens) * 1_000_000n + BigInt(usage.completion_tokens) * 2_000_000n;
}
