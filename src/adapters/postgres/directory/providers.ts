// The providers that may be called, with their credentials opened.
import type { PoolClient } from 'pg';
import type { Credential, Provider } from '#core/catalog/catalog.ts';
import { readManners } from '#core/catalog/manners.ts';
import type { CatalogSettings } from './catalog.ts';

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
}

/** By id; disabled ones are missing. */
export async function readProviders(
  client: PoolClient,
  settings: CatalogSettings,
): Promise<ReadonlyMap<string, Provider>> {
  const providers = await client.query<ProviderColumns>({
    name: 'directory-providers',
    text: `select id, name, adapter, base_url, settings from faregate.provider where status = 'active'`,
  });
  // Keys of an organization are that organization's alone.
  const keys = await client.query<KeyColumns>({
    name: 'directory-provider-keys',
    text: `select id, provider_id, sealed, is_primary, weight from faregate.provider_key
      where is_active and organization_id is null and (expires_at is null or expires_at > now())
      order by is_primary desc, weight desc, id`,
  });
  const credentials = Map.groupBy(keys.rows, (key) => key.provider_id);
  return new Map(
    providers.rows.map((row) => [
      row.id,
      providerOf(
        row,
        (credentials.get(row.id) ?? []).flatMap((key) => credentialsOf(key, row, settings)),
      ),
    ]),
  );
}

function credentialsOf(key: KeyColumns, provider: ProviderColumns, { vault, warn }: CatalogSettings): Credential[] {
  try {
    const secret = vault.open(key.sealed, `provider_key:${key.id}`);
    return [{ providerKeyId: key.id, secret, isPrimary: key.is_primary, weight: key.weight }];
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
