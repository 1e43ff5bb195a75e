// Where calls go: only over a protocol that this server speaks, and to an address that is one.
import { Failure } from '#core/failure.ts';
import type { Changes, NewProvider, ProviderRow } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { change } from './outcome.ts';

export async function createProvider(desk: AdminDesk, actor: string, provider: NewProvider): Promise<ProviderRow> {
  requireReachable(desk, provider);
  return change(desk, 'catalog', 'provider', desk.administration.providers.create(actor, provider));
}

export interface ProviderChange {
  readonly ref: string;
  readonly version: string | undefined;
  readonly fields: Changes<Omit<NewProvider, 'name'>>;
}

export async function updateProvider(desk: AdminDesk, actor: string, order: ProviderChange): Promise<ProviderRow> {
  requireReachable(desk, order.fields);
  const updated = desk.administration.providers.update(actor, order.ref, order.fields, order.version);
  return change(desk, 'catalog', 'provider', updated);
}

function requireReachable({ adapters }: AdminDesk, { adapter, base_url }: Changes<NewProvider>): void {
  if (typeof adapter === 'string' && !adapters.includes(adapter)) {
    const message = `This server does not speak "${adapter}". It speaks: ${adapters.join(', ')}.`;
    throw new Failure('invalid_parameter', message, { param: 'adapter' });
  }
  if (typeof base_url === 'string') requireAddress(base_url, adapters);
}

/** @throws Failure unless it is a plain http or https address. */
export function requireWebAddress(text: string): void {
  requireAddress(text, []);
}

// An adapter that answers by itself has its own scheme instead of a host.
function requireAddress(text: string, adapters: readonly string[]): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const schemes = ['https', 'http', ...adapters];
  const plain = url && schemes.includes(url.protocol.slice(0, -1)) && url.search === '' && url.hash === '';
  if (plain && url.username === '' && url.password === '') return;
  throw new Failure(
    'invalid_parameter',
    'Write the address as https://host/path, without user, password, query or fragment. Credentials are provider keys.',
    { param: 'base_url' },
  );
}
