// The tree of configurations: every change is computed through to the keys below it in the same transaction.
import type { Pool, PoolClient } from 'pg';
import type { ConfigBranch, ConfigNode, ConfigNodes } from '#ports/administration.ts';
import { computeConfigs, keyLevels, lockTree, nodeLevels, type WrongKey } from '../configs/compute.ts';
import { deed, note, reading, Refused, tell } from './deed.ts';
import { type Columns, filterId, findRow, idOf, json, keeping, lockRow, maybeIdOf } from './noun.ts';
import { configNodes } from './nouns.ts';

export function configNodeKeeper(pool: Pool, nextId: () => string): ConfigNodes {
  const kept = keeping<
    ConfigNode,
    Parameters<ConfigNodes['create']>[1],
    Parameters<ConfigNodes['update']>[2],
    { readonly parent?: string }
  >(pool, configNodes, nextId, {
    inserting: async (client, { parent, config_data, ...plain }) => {
      await lockTree(client);
      return { ...plain, ...(await parentColumn(client, parent)), config_data: json(config_data) };
    },
    inserted: (client) => computeThrough(client),
    changing: async (client, { parent, config_data, ...plain }) => {
      await lockTree(client);
      return { ...plain, ...(await parentColumn(client, parent)), config_data: json(config_data) };
    },
    changed: async (client, id) => {
      await refuseWrongMounts(client, id);
      await computeThrough(client);
    },
    conditions: async ({ parent }) => [['n.parent_id = $', await filterId(pool, configNodes, parent)]],
  });
  return {
    ...kept,
    create: (actor, row) => refusingCircles(() => kept.create(actor, row)),
    update: (actor, ref, change, version) => refusingCircles(() => kept.update(actor, ref, change, version)),
    remove: (actor, ref, version) =>
      deed(pool, async (client) => {
        await lockTree(client);
        const before = await lockRow<ConfigNode>(client, configNodes, ref, version);
        await refuseMounted(client, before.id);
        await client.query('delete from faregate.config_node where id = $1', [before.id]);
        await note(client, { actor, action: 'config_node.delete', subject: `config_node:${before.id}`, before });
        await tell(client, 'callers');
        return before;
      }),
    tree: () => reading(async () => (await pool.query<ConfigBranch>(treeSql)).rows),
    levels: (ref) =>
      reading(async () => {
        const node = await findRow<ConfigNode>(pool, configNodes, ref);
        return node && nodeLevels(pool, node.id);
      }),
    levelsOfKey: (id) => reading(() => keyLevels(pool, id)),
  };
}

const treeSql = `
  with recursive tree as (
    select n.*, 0 as depth, array[n.name] as path from faregate.config_node n where n.parent_id is null
    union all
    select n.*, t.depth + 1, t.path || n.name from tree t join faregate.config_node n on n.parent_id = t.id
  )
  select t.id, t.name, t.parent_id, t.depth, t.mount_policy, t.is_active, t.config_data,
    (select count(*)::integer from faregate.virtual_key k where k.primary_config_node_id = t.id and k.revoked_at is null) as keys
  from tree t order by t.path limit 10000`;

// By the trigger, which looks at the tree as it is when everybody else has to wait.
async function refusingCircles<Result>(
  work: () => Promise<Result>,
): Promise<Result | { kind: 'unfit'; field: string; reason: string }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '23514') {
      return { kind: 'unfit', field: 'parent', reason: error.message };
    }
    throw error;
  }
}

async function parentColumn(client: PoolClient, parent: string | null | undefined): Promise<Columns> {
  const parent_id = await maybeIdOf(client, configNodes, parent, 'parent');
  if (typeof parent_id !== 'string') return { parent_id };
  const { rows } = await client.query<{ name: string }>(
    `select n.name from faregate.config_node n where n.id = $1 and n.mount_policy = 'leaf_only'
      and exists (select from faregate.virtual_key k where k.primary_config_node_id = n.id and k.revoked_at is null)`,
    [parent_id],
  );
  if (rows[0]) {
    const reason = `Keys are mounted on "${rows[0].name}", which allows that only while nothing is below it (leaf_only).`;
    throw new Refused({ kind: 'unfit', field: 'parent', reason });
  }
  return { parent_id };
}

async function refuseWrongMounts(client: PoolClient, id: string): Promise<void> {
  const { rows } = await client.query<{ mount_policy: string; keys: number; children: number }>(
    `select n.mount_policy,
        (select count(*)::integer from faregate.virtual_key k where k.primary_config_node_id = n.id and k.revoked_at is null) as keys,
        (select count(*)::integer from faregate.config_node c where c.parent_id = n.id) as children
      from faregate.config_node n where n.id = $1`,
    [id],
  );
  const [node] = rows;
  if (!node || node.keys === 0) return;
  const wrong = node.mount_policy === 'none' || (node.mount_policy === 'leaf_only' && node.children > 0);
  if (!wrong) return;
  const reason = `${node.keys} keys are mounted here, which "${node.mount_policy}" would not allow. Mount them elsewhere first.`;
  throw new Refused({ kind: 'unfit', field: 'mount_policy', reason });
}

// Revoked keys have no need of it.
async function refuseMounted(client: PoolClient, id: string): Promise<void> {
  const below = `with recursive below as (
      select $1::uuid as id union select n.id from below b join faregate.config_node n on n.parent_id = b.id)`;
  const { rows } = await client.query<{ name: string }>(
    `${below} select k.name from faregate.virtual_key k
      where k.primary_config_node_id in (select id from below) and k.revoked_at is null limit 1`,
    [id],
  );
  if (rows[0]) {
    const reason = `The key "${rows[0].name}" is mounted here or below. Mount it elsewhere first.`;
    throw new Refused({ kind: 'conflict', reason });
  }
  await client.query(
    `${below} update faregate.virtual_key set primary_config_node_id = null where primary_config_node_id in (select id from below)`,
    [id],
  );
}

/** Refuses what a key below could not act on. */
export async function computeThrough(client: PoolClient, changedKeys: readonly string[] = []): Promise<void> {
  const [wrong] = await computeConfigs(client, changedKeys);
  if (wrong) throw new Refused(unfit(wrong));
}

function unfit({ key, effective: { problems } }: WrongKey) {
  const [problem] = problems;
  const path = problem?.path ?? '';
  return {
    kind: 'unfit',
    field: path === '' ? 'config_data' : `config_data.${path}`,
    reason: `${problem?.message ?? 'It does not read.'} (The key "${key}" would act on it.)`,
  } as const;
}

/** Whether keys may be mounted there. */
export async function mountableId(
  client: PoolClient,
  ref: string | null | undefined,
): Promise<string | null | undefined> {
  if (ref === undefined || ref === null) return ref;
  await lockTree(client);
  const id = await idOf(client, configNodes, ref, 'config_node');
  const node = await findRow<ConfigNode>(client, configNodes, id);
  if (!node) throw new Refused({ kind: 'unknown', field: 'config_node' });
  const refuse = (reason: string): Refused => new Refused({ kind: 'unfit', field: 'config_node', reason });
  if (!node.is_active) throw refuse(`The config node "${node.name}" is switched off.`);
  if (node.mount_policy === 'none') throw refuse(`No key may be mounted on "${node.name}" (mount_policy none).`);
  if (node.mount_policy === 'leaf_only' && node.children > 0) {
    throw refuse(`Keys may be mounted on "${node.name}" only while nothing is below it (mount_policy leaf_only).`);
  }
  return id;
}
