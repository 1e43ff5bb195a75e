// Asks the administration over HTTP, as a program of an operator would.
import type { AdminServer } from './server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export function clientOf({ url, token }: Pick<AdminServer, 'url' | 'token'>) {
  const ask = async (path: string, { method = 'GET', body, headers = {} }: Asked = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    ask,
    get: (path: string, headers?: Readonly<Record<string, string>>) => ask(path, headers ? { headers } : {}),
    post: (path: string, body?: unknown, headers?: Readonly<Record<string, string>>) =>
      ask(path, { method: 'POST', body, ...(headers ? { headers } : {}) }),
    patch: (path: string, body: unknown, headers?: Readonly<Record<string, string>>) =>
      ask(path, { method: 'PATCH', body, ...(headers ? { headers } : {}) }),
    remove: (path: string) => ask(path, { method: 'DELETE' }),
    /** Posts and hands back the body; fails when it was not made. */
    async make<Body = Made>(path: string, body: unknown): Promise<Body> {
      const answer = await ask(path, { method: 'POST', body });
      if (answer.status >= 300) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body as Body;
    },
  };
}

export interface Made {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly email: string;
  readonly virtual_key: string;
  readonly wallet: { readonly id: string; readonly currency: string; readonly balance: string };
  readonly wallets: readonly { readonly id: string; readonly currency: string; readonly balance: string }[];
  readonly data: readonly Made[];
  readonly code: string;
  readonly valid_from: string;
}
