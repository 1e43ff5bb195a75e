// A provider's credential: sealed before it is kept, and never shown again but for its first and last signs. One that a
// customer brings is tested first, and used only where the customer's type allows it.
import { Failure } from '#core/failure.ts';
import type {
  Changes,
  KeyOwner,
  KeyValidation,
  ProviderKey,
  ProviderKeySettings,
  SealedKey,
} from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { requireWebAddress } from './keep-provider.ts';
import { change, present } from './outcome.ts';
import { askProvider } from './test-provider-key.ts';

export interface ProviderKeyOrder extends ProviderKeySettings {
  readonly provider: string;
  readonly secret: string;
}

export async function sealProviderKey(desk: AdminDesk, actor: string, order: ProviderKeyOrder): Promise<ProviderKey> {
  const { provider, secret, ...settings } = order;
  await requireFit(desk, settings, settings.base_url);
  const validation = isOwn(settings) ? await validate(desk, { provider, secret, baseUrl: settings.base_url }) : {};
  const id = desk.identifiers.next();
  const created = desk.administration.providerKeys.create(actor, provider, {
    ...settings,
    ...validation,
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
  const { providerKeys } = desk.administration;
  const before = present(await providerKeys.get(provider, id), 'provider key');
  const owner = ownerAfter(before, fields);
  const baseUrl = (fields.base_url === undefined ? before.base_url : fields.base_url) ?? undefined;
  const moved = fields.base_url !== undefined || fields.organization !== undefined || fields.user !== undefined;
  if (moved) await requireFit(desk, owner, baseUrl);
  const fresh = secret === undefined ? {} : sealed(desk, id, secret);
  const validation = await validationAfter(desk, { provider, id, secret, baseUrl, own: isOwn(owner), moved });
  const changed = providerKeys.update(actor, provider, id, { ...fields, ...fresh, ...validation }, version);
  return change(desk, 'catalog', 'provider key', changed);
}

interface Replaced {
  readonly provider: string;
  readonly id: string;
  readonly secret: string | undefined;
  readonly baseUrl: string | undefined;
  readonly own: boolean;
  readonly moved: boolean;
}

async function validationAfter(
  desk: AdminDesk,
  { provider, id, secret, baseUrl, own, moved }: Replaced,
): Promise<Partial<KeyValidation>> {
  if (secret === undefined && !moved) return {};
  // What was said of the secret before, or at another address, is not said of this one.
  if (!own) return secret === undefined ? {} : { is_valid: null, validation_error: null };
  const kept =
    secret ??
    desk.vault.open(present(await desk.administration.providerKeys.sealedOf(id), 'provider key'), `provider_key:${id}`);
  return validate(desk, { provider, secret: kept, baseUrl });
}

async function validate(
  desk: AdminDesk,
  {
    provider,
    secret,
    baseUrl,
  }: { readonly provider: string; readonly secret: string; readonly baseUrl: string | undefined },
): Promise<KeyValidation> {
  const row = present(await desk.administration.providers.get(provider), 'provider');
  return askProvider(desk, { provider: row, secret, baseUrl });
}

async function requireFit(desk: AdminDesk, owner: KeyOwner, baseUrl: string | undefined): Promise<void> {
  if (owner.organization !== undefined && owner.user !== undefined) {
    throw unfit('user', 'A key belongs to an organization or to a user: name one of them.');
  }
  if (baseUrl !== undefined) {
    if (!isOwn(owner)) throw unfit('base_url', 'The platform’s own keys are used at the provider’s address.');
    requireWebAddress(baseUrl);
  }
  if (!isOwn(owner)) return;
  const param = owner.user === undefined ? 'organization' : 'user';
  const may = await desk.administration.providerKeys.mayBring(owner);
  if (may === undefined) throw unfit(param, `\`${param}\` names something that does not exist.`);
  if (may) return;
  const message =
    'It may not bring keys of its own: its customer type does not allow it. Allow them there (byok_allowed), or give it another type.';
  throw unfit(param, message);
}

function ownerAfter(before: ProviderKey, { organization, user }: Changes<ProviderKeySettings>): KeyOwner {
  const ofOrganization = organization === undefined ? before.organization?.id : (organization ?? undefined);
  const ofUser = user === undefined ? before.user?.id : (user ?? undefined);
  return {
    ...(ofOrganization === undefined ? {} : { organization: ofOrganization }),
    ...(ofUser === undefined ? {} : { user: ofUser }),
  };
}

function isOwn({ organization, user }: KeyOwner): boolean {
  return organization !== undefined || user !== undefined;
}

function unfit(param: string, message: string): Failure {
  return new Failure('invalid_parameter', message, { param });
}

function sealed(desk: AdminDesk, id: string, secret: string): SealedKey {
  return { sealed: desk.vault.seal(secret, `provider_key:${id}`), prefix: maskOf(secret) };
}

// A short secret would be half given away by six signs of it.
const maskableMin = 20;

function maskOf(secret: string): string {
  return secret.length < maskableMin ? '…' : `${secret.slice(0, 3)}…${secret.slice(-3)}`;
}
