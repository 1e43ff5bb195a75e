// Calls over HTTP as a test makes them, and the parts of an answer that money is about.
export interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string }; readonly finish_reason: string | null }[];
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null;
  readonly faregate?: { readonly charge: string; readonly balance: string };
  readonly error?: { readonly message: string; readonly code: string };
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly path?: string;
}

export function post(
  url: string,
  key: string,
  body: object | string,
  { headers = {}, signal, path = '/v1/chat/completions' }: CallOptions = {},
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

export async function statusOf(call: Promise<Response>): Promise<number> {
  const response = await call;
  await response.arrayBuffer();
  return response.status;
}

export function said(content = 'Hello') {
  return [{ role: 'user', content }];
}

export function chunksOf(text: string): readonly Chunk[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice('data: '.length)) as Chunk);
}

export interface Credits {
  readonly balance: string;
  readonly held: string;
  readonly available: string;
  readonly overdue: string;
}

export async function creditsOf(url: string, key: string): Promise<Credits> {
  const response = await fetch(`${url}/v1/credits`, { headers: { authorization: `Bearer ${key}` } });
  return ((await response.json()) as { data: Credits }).data;
}

/** Until it holds, or the test's own time is up. */
export async function eventually(holds: () => Promise<boolean> | boolean, everyMs = 10): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, everyMs));
}

export function count(statuses: readonly number[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
