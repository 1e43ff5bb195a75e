// Signs a request as AWS wants it (Signature Version 4).
import aws4 from 'aws4';
import type { Credentials } from './credentials.ts';

export interface Unsigned {
  readonly method: 'GET' | 'POST';
  readonly origin: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Signing {
  readonly service: string;
  readonly region: string;
  readonly nowMs: number;
}

/** The headers that go out, those that sign it among them. The host is said by whoever sends it. */
export function signedHeaders(
  { method, origin, path, body, headers }: Unsigned,
  { accessKeyId, secretAccessKey, sessionToken }: Extract<Credentials, { readonly kind: 'keys' }>,
  { service, region, nowMs }: Signing,
): Readonly<Record<string, string>> {
  const { host } = new URL(origin);
  const dated = { ...headers, host, 'x-amz-date': basicDate(nowMs) };
  const signed = aws4.sign(
    { service, region, method, path, body, headers: dated },
    { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  );
  const named = Object.entries(signed.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), String(value)] as const,
  );
  return Object.fromEntries(named.filter(([name]) => name !== 'host'));
}

/** As in 20150830T123600Z. */
function basicDate(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, '');
}
