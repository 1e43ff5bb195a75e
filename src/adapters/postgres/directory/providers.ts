// The providers that may be called, with their credentials opened.
import type { PoolClient } from 'pg';
import type { Credential, OwnKey, Provider } from '#core/catalog/catalog.ts';
import { keyScopes } from '#core/catalog/key-limits.ts';
import { readManners } from '#core/catalog/manners.ts';
import type { CatalogSettings } from './catalog.ts';
import { keyLimitsOf, type PlanLimits } from './key-limits.ts';

interface ProviderColumns {
  readonly id: string;
  readonly name: string;
  readonly adapter: string;
  readonly base_url: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

interface KeyColumns {
  readonly id: string;
  readonly provider_id: string;
  readonly sealed: string;
  readonly is_primary: boolean;
  readonly weight: number;
  readonly owner_id: string | null;
  readonly base_url: string | null;
  readonly limits: unknown;
  readonly plan: PlanLimits | null;
}

export interface ReadProviders {
  /** By id; disabled ones are missing. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly ownKeys: readonly OwnKey[];
}

export async function readProviders(client: PoolClient, settings: CatalogSettings): Promise<ReadProviders> {
  const providers = await client.query<ProviderColumns>({
    name: 'directory-providers',
    text: `select id, name, adapter, base_url, settings from faregate.provider where status = 'active'`,
  });
  // A key that failed its last test waits for one that it passes.
  const keys = await client.query<KeyColumns>({
    name: 'directory-provider-keys',
    text: `select k.id, k.provider_id, k.sealed, k.is_primary, k.weight, coalesce(k.user_id, k.organization_id) as owner_id,
        k.base_url, k.limits, to_jsonb(l) as plan
      from faregate.provider_key k left join faregate.plan l on l.id = k.plan_id
      where k.is_active and (k.expires_at is null or k.expires_at > now())
        and (k.is_valid is distinct from false or num_nonnulls(k.organization_id, k.user_id) = 0)
      order by k.is_primary desc, k.weight desc, k.id`,
  });
  const named = new Map(providers.rows.map((row) => [row.id, row]));
  const credentials = Map.groupBy(keys.rows, (key) => key.provider_id);
  // Keys of an organization or a user are that owner's alone.
  const ours = (id: string) => (credentials.get(id) ?? []).filter(({ owner_id }) => owner_id === null);
  return {
    providers: new Map(
      providers.rows.map((row) => [
        row.id,
        providerOf(
          row,
          ours(row.id).flatMap((key) => credentialsOf(key, row, settings)),
        ),
      ]),
    ),
    ownKeys: keys.rows.flatMap((key) => {
      const { owner_id: ownerId, provider_id: providerId, base_url: baseUrl } = key;
      const provider = named.get(providerId);
      if (ownerId === null || !provider) return [];
      return credentialsOf(key, provider, settings).map((credential) => ({
        ...credential,
        providerId,
        ownerId,
        ...(baseUrl === null ? {} : { baseUrl }),
      }));
    }),
  };
}

function credentialsOf(key: KeyColumns, provider: ProviderColumns, { vault, warn }: CatalogSettings): Credential[] {
  try {
    const secret = vault.open(key.sealed, `provider_key:${key.id}`);
    const scopes = keyScopes(key.id, keyLimitsOf(key.limits, key.plan));
    const own = { providerKeyId: key.id, secret, isPrimary: key.is_primary, weight: key.weight };
    return [scopes === undefined ? own : { ...own, scopes }];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    warn(`A key of the provider ${provider.name} is left out. ${why}`);
    return [];
  }
}

// As long as the official SDKs wait for a whole answer, which begins when it is complete.
const headTimeoutMsByDefault = 600_000;
const idleTimeoutMsByDefault = 120_000;

export function providerOf(row: ProviderColumns, credentials: readonly Credential[]): Provider {
  const { settings } = row;
  const manners = readManners(settings);
  return {
    providerId: row.id,
    name: row.name,
    adapter: row.adapter,
    baseUrl: row.base_url,
    credentials,
    requiresKey: settings['requires_key'] === true,
    headTimeoutMs: milliseconds(settings['head_timeout_ms']) ?? headTimeoutMsByDefault,
    idleTimeoutMs: milliseconds(settings['idle_timeout_ms']) ?? idleTimeoutMsByDefault,
    onHangUp: settings['on_hang_up'] === 'drain' ? 'drain' : 'close',
    outputLimitField:
      settings['output_limit_field'] === 'max_completion_tokens' ? 'max_completion_tokens' : 'max_tokens',
    ...(manners === undefined ? {} : { manners }),
  };
}

function milliseconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
