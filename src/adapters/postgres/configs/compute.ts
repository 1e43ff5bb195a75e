// Brings what was computed of configurations up to date: for nodes that are dirty, and for the keys below them.
import type { Pool, PoolClient } from 'pg';
import { currencyOf } from '#core/money/currency.ts';
import { type EffectiveConfig, effectiveConfig, type KeptLevel } from '#core/routing/effective.ts';
import { transaction } from '../pool.ts';

interface NodeColumns {
  readonly id: string;
  readonly name: string;
  readonly parent_id: string | null;
  readonly config_data: unknown;
  readonly is_active: boolean;
  readonly is_dirty: boolean;
}

interface KeyColumns {
  readonly id: string;
  readonly name: string;
  readonly primary_config_node_id: string | null;
  readonly config_data: unknown;
  readonly currency: string;
}

export interface WrongKey {
  readonly key: string;
  readonly effective: EffectiveConfig;
}

/** Every key whose configuration was computed and is no good. Runs inside the transaction that changed something. */
export async function computeConfigs(
  client: PoolClient,
  changedKeys: readonly string[] = [],
): Promise<readonly WrongKey[]> {
  await lockTree(client);
  const nodes = await readNodes(client);
  const dirty = [...nodes.values()].filter((node) => node.is_dirty).map(({ id }) => id);
  if (dirty.length === 0 && changedKeys.length === 0) return [];
  const computedNodes = dirty.map((id) => ({ id, config: effectiveConfig(levelsOf(nodes, id), undefined).document }));
  await client.query(
    `update faregate.config_node n set computed_config = s.config, is_dirty = false
      from jsonb_to_recordset($1::jsonb) as s(id uuid, config jsonb) where n.id = s.id`,
    [JSON.stringify(computedNodes)],
  );
  const { rows: keys } = await client.query<KeyColumns>(
    `select key.id, key.name, key.primary_config_node_id, key.config_data, wallet.currency
      from faregate.virtual_key key join faregate.wallet on wallet.id = key.wallet_id
      where key.primary_config_node_id = any($1::uuid[]) or key.id = any($2::uuid[])`,
    [dirty, changedKeys],
  );
  const computed = keys.map((key) => ({
    key,
    effective: effectiveConfig(levelsOfKey(nodes, key), currencyOf(key.currency)),
  }));
  await client.query(
    `update faregate.virtual_key k set computed_config = s.config, inherited = s.inherited, computed_at = clock_timestamp()
      from jsonb_to_recordset($1::jsonb) as s(id uuid, config jsonb, inherited jsonb) where k.id = s.id`,
    [
      JSON.stringify(
        computed.map(({ key, effective: { document, inherited } }) => ({ id: key.id, config: document, inherited })),
      ),
    ],
  );
  return computed
    .filter(({ effective }) => effective.problems.length > 0)
    .map(({ key, effective }) => ({ key: key.name, effective }));
}

/** For what was written by SQL: nobody has computed that. */
export async function computeDirtyConfigs(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ dirty: boolean }>({
    name: 'configs-dirty',
    text: 'select exists (select from faregate.config_node where is_dirty) as dirty',
  });
  if (rows[0]?.dirty !== true) return;
  await transaction(pool, (client) => computeConfigs(client));
}

/** Whoever writes the tree writes it alone. */
export async function lockTree(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('config tree', 0))`);
}

export async function nodeLevels(client: Pool | PoolClient, nodeId: string): Promise<readonly KeptLevel[]> {
  return levelsOf(await readNodes(client), nodeId);
}

export async function keyLevels(client: Pool | PoolClient, keyId: string): Promise<KeyLevels | undefined> {
  const { rows } = await client.query<KeyColumns>(
    `select key.id, key.name, key.primary_config_node_id, key.config_data, wallet.currency
      from faregate.virtual_key key join faregate.wallet on wallet.id = key.wallet_id where key.id = $1`,
    [keyId],
  );
  const [key] = rows;
  return key && { levels: levelsOfKey(await readNodes(client), key), currency: key.currency };
}

export interface KeyLevels {
  readonly levels: readonly KeptLevel[];
  readonly currency: string;
}

async function readNodes(client: Pool | PoolClient): Promise<ReadonlyMap<string, NodeColumns>> {
  const { rows } = await client.query<NodeColumns>(
    'select id, name, parent_id, config_data, is_active, is_dirty from faregate.config_node',
  );
  return new Map(rows.map((row) => [row.id, row]));
}

// The database admits no more, and no circle.
const depthMax = 64;

/** The farthest ancestor first. */
function levelsOf(nodes: ReadonlyMap<string, NodeColumns>, nodeId: string | null): readonly KeptLevel[] {
  const levels: KeptLevel[] = [];
  let node = nodeId === null ? undefined : nodes.get(nodeId);
  while (node && levels.length < depthMax) {
    const { id, name, config_data: config, is_active: active, parent_id: parentId } = node;
    levels.unshift({ from: { kind: 'config_node', id, name }, config, active });
    node = parentId === null ? undefined : nodes.get(parentId);
  }
  return levels;
}

function levelsOfKey(nodes: ReadonlyMap<string, NodeColumns>, key: KeyColumns): readonly KeptLevel[] {
  const { id, name, config_data: config } = key;
  const own: KeptLevel = { from: { kind: 'virtual_key', id, name }, config, active: true };
  return [...levelsOf(nodes, key.primary_config_node_id), own];
}
