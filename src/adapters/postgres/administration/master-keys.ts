// Master keys by their ids, and the two tables that have something sealed by them.
import { DatabaseError, type Pool } from 'pg';
import type { KnownMasterKey, MasterKeys, SealedSecret } from '#ports/master-keys.ts';
import { transaction } from '../pool.ts';
import { note, reading } from './deed.ts';
import { instant } from './sql.ts';

interface KeyColumns {
  readonly id: string;
  readonly check_value: string | null;
  readonly secrets: number;
  readonly created_at: string;
}

// What each secret is bound to is made of its row's own columns, here as where it is sealed.
const places = [
  {
    table: 'faregate.provider_key',
    subject: `'provider_key:' || id`,
    found: `id = substring($1 from '^provider_key:(.{36})$')::uuid`,
    column: 'sealed',
    sealed: 'sealed',
    write: '$2',
  },
  {
    table: 'faregate.idempotency_key',
    subject: `'answer:' || scope || ':' || key`,
    found: `'answer:' || scope || ':' || key = $1`,
    column: 'body',
    sealed: `body #>> '{}'`,
    write: 'to_jsonb($2::text)',
  },
] as const;

export function postgresMasterKeys(pool: Pool): MasterKeys {
  return {
    list: () => reading(() => listKeys(pool)),
    register: (id, checkValue) =>
      reading(async () => {
        await pool.query(
          `insert into faregate.master_key as known (id, check_value) values ($1, $2)
           on conflict (id) do update set check_value = excluded.check_value where known.check_value is null`,
          [id, checkValue],
        );
      }),
    sealedByOthers: (id, limit) => reading(() => readOthers(pool, id, limit)),
    replace: (before, after) => reading(() => replaceSecret(pool, before, after)),
    retire: (id) =>
      reading(async () => {
        try {
          await pool.query('delete from faregate.master_key where id = $1', [id]);
          return true;
        } catch (error) {
          if (error instanceof DatabaseError && error.code === stillReferenced) return false;
          throw error;
        }
      }),
    giveUp: (id) =>
      reading(() =>
        transaction(pool, async (client) => {
          let secrets = 0;
          for (const { table } of places) {
            const { rowCount } = await client.query(`delete from ${table} where master_key_id = $1`, [id]);
            secrets += rowCount ?? 0;
          }
          const after = { master_key: id, secrets };
          await note(client, { actor: 'operator', action: 'master_key.give_up', subject: 'master_key', after });
          return secrets;
        }),
      ),
    note: (actor, rotation) =>
      reading(() =>
        transaction(pool, (client) =>
          note(client, { actor, action: 'master_key.rotate', subject: 'master_key', after: rotation }),
        ),
      ),
  };
}

const stillReferenced = '23503';

async function listKeys(pool: Pool): Promise<readonly KnownMasterKey[]> {
  const counted = places
    .map(({ table }) => `(select count(*) from ${table} s where s.master_key_id = k.id)`)
    .join(' + ');
  const { rows } = await pool.query<KeyColumns>(
    `select k.id, k.check_value, (${counted})::integer as secrets, ${instant('k.created_at')} as created_at
     from faregate.master_key k order by k.created_at, k.id`,
  );
  return rows.map(({ id, check_value, secrets, created_at }) => ({
    id,
    ...(check_value === null ? {} : { checkValue: check_value }),
    secrets,
    createdAt: created_at,
  }));
}

async function readOthers(pool: Pool, id: string, limit: number): Promise<readonly SealedSecret[]> {
  const found = places.map(
    ({ table, subject, sealed }) =>
      `(select ${subject} as subject, ${sealed} as sealed from ${table} where master_key_id <> $1 limit $2)`,
  );
  const { rows } = await pool.query<SealedSecret>(`${found.join(' union all ')} limit $2`, [id, limit]);
  return rows;
}

async function replaceSecret(pool: Pool, { subject, sealed: before }: SealedSecret, after: string): Promise<boolean> {
  for (const { table, found, column, sealed, write } of places) {
    const { rowCount } = await pool.query(
      `update ${table} set ${column} = ${write} where ${found} and ${sealed} = $3`,
      [subject, after, before],
    );
    if (rowCount === 1) return true;
  }
  return false;
}
