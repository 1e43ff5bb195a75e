// Callers by their key's hash, and those that changed since.
import type { Pool } from 'pg';
import type { Caller } from '#core/keys/caller.ts';
import type { CallerChanges } from '#ports/directory.ts';
import { computeDirtyConfigs } from '../configs/compute.ts';
import { type CallerColumns, callerChangedAt, callerColumns, callerOf, callerTables } from './caller-row.ts';
import { type ChangesCursor, type Cursor, cursorText, type FirstCursor, readCursor } from './cursor.ts';

export async function callerByHash(pool: Pool, keyHash: string): Promise<Caller | undefined> {
  const { rows } = await pool.query<CallerColumns>({
    name: 'directory-caller',
    text: `select ${callerColumns} from ${callerTables}
      where key.id = (select virtual_key_id from faregate.key_secret where key_hash = $1) and secret.key_hash = $1`,
    values: [keyHash],
  });
  return rows[0] && callerOf(rows[0]);
}

export async function callersSince(pool: Pool, cursor: string | undefined, limit: number): Promise<CallerChanges> {
  const at = cursor === undefined ? undefined : readCursor(cursor);
  await computeDirtyConfigs(pool);
  const { rows, next } = at?.kind === 'changes' ? await readChanges(pool, at, limit) : await readAll(pool, at, limit);
  return { callers: rows.map(callerOf), cursor: cursorText(next) };
}

interface Read {
  readonly rows: readonly CallerColumns[];
  readonly next: Cursor;
}

async function readAll(pool: Pool, at: FirstCursor | undefined, limit: number): Promise<Read> {
  const beganAt = at?.beganAt ?? (await databaseTime(pool));
  const { rows } = await pool.query<CallerColumns>({
    name: 'directory-callers',
    text: `select ${callerColumns} from ${callerTables}
      where secret.key_hash > $1 and key.is_active and key.revoked_at is null
        and (secret.expires_at is null or secret.expires_at > now())
        and coalesce(owner.status, 'active') = 'active' and coalesce(organization.status, 'active') = 'active'
      order by secret.key_hash limit $2`,
    values: [at?.after ?? '', limit],
  });
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (!last) return { rows, next: { kind: 'changes', from: beganAt } };
  return { rows, next: { kind: 'all', beganAt, after: last.key_hash } };
}

// A change is visible when its transaction commits, and bears the time of its statement: a transaction may stay open for
// this long, and still none of its changes is passed over.
const overlapMs = 30_000;

async function readChanges(pool: Pool, at: ChangesCursor, limit: number): Promise<Read> {
  const beganAt = at.sweep?.beganAt ?? (await databaseTime(pool));
  const after = at.sweep?.after ?? { changedAt: '-infinity', keyHash: '' };
  const { rows } = await pool.query<CallerColumns>({
    name: 'directory-changed-callers',
    text: `with since as (select $1::timestamptz - make_interval(secs => $2) as instant),
      changed as (
        select id from faregate.virtual_key where updated_at >= (select instant from since)
        union
        select id from faregate.virtual_key where computed_at >= (select instant from since)
        union
        select key.id from faregate.user_profile owner join faregate.virtual_key key on key.user_id = owner.id
          where owner.updated_at >= (select instant from since)
        union
        select key.id from faregate.organization join faregate.virtual_key key on key.organization_id = organization.id
          where organization.updated_at >= (select instant from since)
        union
        select key.id from faregate.organization
          join faregate.user_profile owner on owner.organization_id = organization.id
          join faregate.virtual_key key on key.user_id = owner.id
          where organization.updated_at >= (select instant from since)
      )
      select ${callerColumns} from ${callerTables}
      where key.id in (select id from changed)
        and (${callerChangedAt}, secret.key_hash)
          > ($3::timestamptz, $4)
      order by ${callerChangedAt}, secret.key_hash limit $5`,
    values: [at.from, overlapMs / 1000, after.changedAt, after.keyHash, limit],
  });
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (!last) return { rows, next: { kind: 'changes', from: beganAt } };
  const sweep = { beganAt, after: { changedAt: last.changed_at, keyHash: last.key_hash } };
  return { rows, next: { kind: 'changes', from: at.from, sweep } };
}

async function databaseTime(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ now: string }>('select clock_timestamp()::text as now');
  return rows[0]?.now ?? '-infinity';
}
