// What an OpenAI-compatible provider says when it does not answer.
import type { ProviderFailure } from '#ports/provider.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const messageMax = 600;

export function openAiFailure(status: number, headers: Headers, body: Buffer): ProviderFailure {
  const said = errorObject(body);
  const message = text(said?.['message']) ?? `The provider answered with status ${status}.`;
  const type = text(said?.['type']);
  const code = text(said?.['code']);
  const param = text(said?.['param']);
  const retryAfterMs = retryAfter(headers);
  return {
    message: withoutCredentials(message).slice(0, messageMax),
    ...(type === undefined ? {} : { type }),
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function errorObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('error' in parsed)) return undefined;
    const { error } = parsed;
    if (typeof error === 'string') return { message: error };
    return typeof error === 'object' && error !== null ? { ...error } : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

// Providers quote the key they refuse ("Incorrect API key provided: sk-…"); it is not the caller's to see.
function withoutCredentials(message: string): string {
  return message.replace(/\b(?:sk|pk|gsk|xai|key|AIza)[-_A-Za-z0-9*.]{8,}/g, '[credential]');
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
