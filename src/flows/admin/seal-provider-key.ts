// A provider's credential: sealed before it is kept, and never shown again but for its first and last signs.
import type { Changes, ProviderKey, ProviderKeySettings, SealedKey } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { change } from './outcome.ts';

export interface ProviderKeyOrder extends ProviderKeySettings {
  readonly provider: string;
  readonly secret: string;
}

export async function sealProviderKey(desk: AdminDesk, actor: string, order: ProviderKeyOrder): Promise<ProviderKey> {
  const { provider, secret, ...settings } = order;
  const id = desk.identifiers.next();
  const created = desk.administration.providerKeys.create(actor, provider, {
    ...settings,
    id,
    ...sealed(desk, id, secret),
  });
  return change(desk, 'catalog', 'provider', created);
}

export interface ProviderKeyChange {
  readonly provider: string;
  readonly id: string;
  readonly version: string | undefined;
  readonly fields: Changes<ProviderKeySettings>;
  readonly secret?: string;
}

export async function changeProviderKey(
  desk: AdminDesk,
  actor: string,
  order: ProviderKeyChange,
): Promise<ProviderKey> {
  const { provider, id, version, fields, secret } = order;
  const fresh = secret === undefined ? {} : sealed(desk, id, secret);
  const changed = desk.administration.providerKeys.update(actor, provider, id, { ...fields, ...fresh }, version);
  return change(desk, 'catalog', 'provider key', changed);
}

function sealed(desk: AdminDesk, id: string, secret: string): SealedKey {
  return { sealed: desk.vault.seal(secret, `provider_key:${id}`), prefix: maskOf(secret) };
}

// A short secret would be half given away by six signs of it.
const maskableMin = 20;

function maskOf(secret: string): string {
  return secret.length < maskableMin ? '…' : `${secret.slice(0, 3)}…${secret.slice(-3)}`;
}
