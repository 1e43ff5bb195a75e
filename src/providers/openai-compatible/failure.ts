// What an OpenAI-compatible provider says when it does not answer: in OpenAI's shape, or in that of its web framework.
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';
import type { ProviderFailure } from '#ports/provider.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const messageMax = 600;

export function openAiFailure(status: number, headers: Headers, body: Buffer): ProviderFailure {
  const said = saidIn(body);
  const message = said.message ?? `The provider answered with status ${status}.`;
  const retryAfterMs = retryAfter(headers);
  return {
    message: withoutCredentials(message).slice(0, messageMax),
    ...(said.type === undefined ? {} : { type: said.type }),
    ...(said.code === undefined ? {} : { code: said.code }),
    ...(said.param === undefined ? {} : { param: said.param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

interface Said {
  readonly message?: string | undefined;
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly param?: string | undefined;
}

function saidIn(body: Buffer): Said {
  const parsed = parse(body);
  // Some wrap the one error in a list.
  const answer: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!isFields(answer)) return {};
  const { error } = answer;
  if (typeof error === 'string' && error !== '') return { ...worded(answer), message: error };
  return isFields(error) ? worded(error) : worded(answer);
}

function worded(fields: Fields): Said {
  const { message, detail, code } = fields;
  const wrong = wrongFieldIn(message) ?? wrongFieldIn(detail);
  return {
    message: wordOf(fields, 'message') ?? wrong?.message ?? wordOf(fields, 'detail') ?? wordOf(fields, 'Message'),
    type: wordOf(fields, 'type'),
    code: typeof code === 'number' ? String(code) : wordOf(fields, 'code'),
    param: wordOf(fields, 'param') ?? wrong?.param,
  };
}

/** The first of the fields that a validator names, each with the path to it. */
function wrongFieldIn(value: unknown): { readonly message: string; readonly param: string } | undefined {
  const list: unknown = isFields(value) ? value['detail'] : value;
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (!isFields(first) || !Array.isArray(first['loc'])) return undefined;
  const path = first['loc'].filter((step) => step !== 'body' && (typeof step === 'string' || typeof step === 'number'));
  const param = path.join('.').slice(0, 64);
  return { message: `"${param}": ${wordOf(first, 'msg') ?? 'it is not accepted'}.`, param };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

// Providers quote the key they refuse ("Incorrect API key provided: sk-…"); it is not the caller's to see.
function withoutCredentials(message: string): string {
  return message.replace(/\b(?:sk|pk|gsk|xai|pplx|fw|key|AIza)[-_A-Za-z0-9*.]{8,}/g, '[credential]');
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); milliseconds under OpenAI's own name. */
function retryAfter(headers: Headers): number | undefined {
  const milliseconds = Number(single(headers['retry-after-ms']));
  if (Number.isFinite(milliseconds) && milliseconds > 0) return milliseconds;
  const value = single(headers['retry-after']);
  if (value === undefined) return undefined;
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}
