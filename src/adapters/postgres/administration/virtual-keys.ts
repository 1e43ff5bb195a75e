// Virtual keys: made with whatever they need in one transaction, revoked for good, rotated without a gap.
import type { Pool, PoolClient } from 'pg';
import type { Changes, NewVirtualKey, VirtualKey, VirtualKeys, VirtualKeySettings } from '#ports/administration.ts';
import { lockTree } from '../configs/compute.ts';
import { computeThrough, mountableId } from './config-nodes.ts';
import { deed, note, reading, Refused } from './deed.ts';
import { changeRow, type Columns, filterId, findRow, insertRow, json, listNoun, lockRow, noted } from './noun.ts';
import { organizations, users, virtualKeys } from './nouns.ts';
import { asUuid } from './wallets.ts';

export function virtualKeyKeeper(pool: Pool, nextId: () => string): VirtualKeys {
  return {
    list: async (page, { user, organization, wallet, is_active } = {}) =>
      listNoun<VirtualKey>(pool, virtualKeys, page, [
        ['k.user_id = $', await filterId(pool, users, user)],
        ['k.organization_id = $', await filterId(pool, organizations, organization)],
        ['k.wallet_id = $', asUuid(wallet)],
        ['k.is_active = $', is_active],
      ]),
    get: (ref) => reading(() => findRow<VirtualKey>(pool, virtualKeys, ref)),
    create: (actor, key) =>
      deed(pool, async (client) => {
        const userId = key.newUser ? await makeUser(client, actor, nextId(), key.newUser.email) : key.userId;
        const walletId = key.walletId ?? (await walletFor(client, nextId(), { ...key, userId }));
        await insertRow(client, virtualKeys.table, {
          id: key.id,
          key_hash: key.secret.keyHash,
          key_prefix: key.secret.keyPrefix,
          user_id: userId,
          organization_id: key.organizationId,
          wallet_id: walletId,
          ...settingColumns(key.settings),
          ...(await configColumns(client, key.settings)),
        });
        if (isConfigured(key.settings)) await computeThrough(client, [key.id]);
        return noted<VirtualKey>(client, virtualKeys, { actor, action: 'create', id: key.id });
      }),
    update: (actor, ref, change, version) =>
      deed(pool, async (client) => {
        // Before the key, as whoever changes a node does: else each could wait for the other.
        if (isConfigured(change)) await lockTree(client);
        const before = await lockRow<VirtualKey>(client, virtualKeys, ref, version);
        if (before.revoked_at !== null) throw new Refused({ kind: 'conflict', reason: revoked });
        await changeRow(client, virtualKeys, before.id, {
          ...settingColumns(change),
          ...(await configColumns(client, change)),
          is_active: change.is_active,
        });
        if (isConfigured(change)) await computeThrough(client, [before.id]);
        return noted<VirtualKey>(client, virtualKeys, { actor, action: 'update', id: before.id, before });
      }),
    revoke: (actor, id) =>
      deed(pool, async (client) => {
        const before = await lockRow<VirtualKey>(client, virtualKeys, id);
        if (before.revoked_at !== null) return before;
        await changeRow(client, virtualKeys, before.id, { is_active: false, revoked_at: new Date() });
        return noted<VirtualKey>(client, virtualKeys, { actor, action: 'revoke', id: before.id, before });
      }),
    rotate: (actor, id, secret, oldUntil) =>
      deed(pool, async (client) => {
        const before = await lockRow<VirtualKey>(client, virtualKeys, id);
        if (before.revoked_at !== null) throw new Refused({ kind: 'conflict', reason: revoked });
        await client.query(
          `insert into faregate.retired_secret (key_hash, key_prefix, virtual_key_id, valid_until)
           select key_hash, key_prefix, id, $2 from faregate.virtual_key where id = $1`,
          [before.id, new Date(oldUntil)],
        );
        await changeRow(client, virtualKeys, before.id, { key_hash: secret.keyHash, key_prefix: secret.keyPrefix });
        return noted<VirtualKey>(client, virtualKeys, { actor, action: 'rotate', id: before.id, before });
      }),
  };
}

const revoked = 'This key is revoked, and stays so. Create a new one.';

function settingColumns(settings: Changes<VirtualKeySettings>): Columns {
  const { limits, config_node: _node, config_data: _config, ...plain } = settings;
  return { ...plain, limits: json(limits) };
}

/** Only then the tree has to wait for it. */
function isConfigured({ config_node, config_data }: Changes<VirtualKeySettings>): boolean {
  return config_node !== undefined || config_data !== undefined;
}

async function configColumns(
  client: PoolClient,
  { config_node, config_data }: Changes<VirtualKeySettings>,
): Promise<Columns> {
  return { primary_config_node_id: await mountableId(client, config_node), config_data: json(config_data) };
}

async function makeUser(client: PoolClient, actor: string, id: string, email: string): Promise<string> {
  await insertRow(client, users.table, { id, email });
  const after = await findRow(client, users, id);
  await note(client, { actor, action: 'user.create', subject: `user:${id}`, after });
  return id;
}

type Payer = Pick<NewVirtualKey, 'currency' | 'organizationId' | 'walletMustBeNew'> & { userId: string | undefined };

// One wallet for each owner and currency: whoever comes second finds the first one's.
async function walletFor(client: PoolClient, id: string, payer: Payer): Promise<string> {
  const { organizationId, currency } = payer;
  const owner = organizationId === undefined ? 'user_id' : 'organization_id';
  const ownerId = organizationId ?? payer.userId;
  const made = await client.query(
    `insert into faregate.wallet (id, ${owner}, currency) values ($1, $2, $3) on conflict do nothing`,
    [id, ownerId, currency],
  );
  if (made.rowCount === 1) return id;
  if (payer.walletMustBeNew) throw new Refused({ kind: 'conflict', reason: 'wallet' });
  const { rows } = await client.query<{ id: string }>(
    `select id from faregate.wallet where ${owner} = $1 and currency = $2`,
    [ownerId, currency],
  );
  const found = rows[0];
  if (!found) throw new Error(`The wallet of the ${owner} ${ownerId ?? ''} is neither there nor can it be made.`);
  return found.id;
}
