// One request to a provider of another dialect, at an address below its base.
import type { Untranslatable } from '#core/call/chat.ts';
import { untranslatable } from '#core/call/untranslatable.ts';
import type { PixelSize } from '#core/call/media.ts';
import type { ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { addressOf } from './address.ts';

interface Asking {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly method?: 'GET';
  /** Another version of the same API, or another host of it; the base of the provider unless said. */
  readonly base?: string;
}

export function askAt({ target: { provider } }: ProviderRequestPlan, asking: Asking): UpstreamRequest {
  const { path, headers, body, method = 'POST', base = provider.baseUrl } = asking;
  const address = addressOf(base);
  return {
    origin: address.origin,
    path: `${address.path}${path}${path.includes('?') ? address.search.replace('?', '&') : address.search}`,
    method,
    headers: { 'accept-encoding': 'identity', ...headers },
    ...(body === undefined ? {} : { body }),
    headTimeoutMs: provider.headTimeoutMs,
    idleTimeoutMs: provider.idleTimeoutMs,
  };
}

/** The first of these that was said. */
export function firstWithout(
  counterparts: readonly (readonly [field: string, isSaid: boolean, why?: string])[],
): Untranslatable | undefined {
  const said = counterparts.find(([, isSaid]) => isSaid);
  return said && untranslatable(said[0], said[2] ?? 'has no counterpart at this model’s provider.');
}

/** As `3:2`, in lowest terms. */
export function aspectOf({ width, height }: PixelSize): string {
  let [larger, smaller] = [width, height];
  while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
  return `${width / larger}:${height / larger}`;
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
