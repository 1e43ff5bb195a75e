// Providers, their models, and the operator's own names for them.
import type { Pool, PoolClient } from 'pg';
import type { Administration, AliasRow } from '#ports/administration.ts';
import { deed, note, Refused, tell } from './deed.ts';
import { filterId, findRow, json, keeping, lockRow, maybeIdOf } from './noun.ts';
import { aliases, models, providers } from './nouns.ts';

type CatalogNouns = Pick<Administration, 'providers' | 'models' | 'aliases'>;

export function catalogKeepers(pool: Pool, nextId: () => string): CatalogNouns {
  const keptAliases: Omit<Administration['aliases'], 'remove'> = keeping(pool, aliases, nextId, {
    inserting: async (client, { name, targets }) => {
      await refuseOtherKind(client, models, name);
      await requireModels(client, targets);
      return { name, targets: JSON.stringify(targets) };
    },
    changing: async (client, { targets }) => {
      await requireModels(client, targets ?? []);
      return { targets: targets ? JSON.stringify(targets) : undefined };
    },
  });
  return {
    providers: keeping(pool, providers, nextId, {
      inserting: async (_, { settings, ...plain }) => ({
        ...plain,
        display_name: plain.display_name ?? plain.name,
        settings: json(settings),
      }),
      changing: async (_, { settings, ...plain }) => ({ ...plain, settings: json(settings) }),
    }),
    models: keeping(pool, models, nextId, {
      inserting: async (client, { provider, ...plain }) => {
        await refuseOtherKind(client, aliases, plain.name);
        return { ...plain, provider_id: await maybeIdOf(client, providers, provider, 'provider') };
      },
      changing: async (client, { provider, ...plain }) => ({
        ...plain,
        provider_id: await maybeIdOf(client, providers, provider, 'provider'),
      }),
      conditions: async ({ provider }) => [['m.provider_id = $', await filterId(pool, providers, provider)]],
    }),
    aliases: {
      ...keptAliases,
      remove: (actor, ref) =>
        deed(pool, async (client) => {
          const before = await lockRow<AliasRow>(client, aliases, ref);
          await client.query('delete from faregate.alias where id = $1', [before.id]);
          await note(client, { actor, action: 'alias.delete', subject: `alias:${before.id}`, before });
          await tell(client, 'catalog');
          return before;
        }),
    },
  };
}

// Callers send one name: a model and an alias of the same name could not be told apart.
async function refuseOtherKind(client: PoolClient, other: typeof models, name: string): Promise<void> {
  if (await findRow(client, other, name)) throw new Refused({ kind: 'taken', field: 'name' });
}

async function requireModels(client: PoolClient, targets: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select name from faregate.model where name = any($1)', [
    targets,
  ]);
  const known = new Set(rows.map((row) => row.name));
  const index = targets.findIndex((target) => !known.has(target));
  if (index >= 0) throw new Refused({ kind: 'unknown', field: `targets[${index}]` });
}
