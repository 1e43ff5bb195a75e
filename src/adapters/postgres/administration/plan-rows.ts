// Plans of providers: the platform's own, and each organization's.
import type { Pool, PoolClient } from 'pg';
import { planFields, type PlanRow, readPlanRow } from '#core/rows/plan-row.ts';
import type { KeptRow, KeptRows, RowChange, RowScope } from '#ports/provider-terms.ts';
import { deed, note, reading, tell } from './deed.ts';
import { lockOwner, type RowSort, rowsToPut } from './kept-rows.ts';
import { insertRow, touched } from './noun.ts';
import { listRows } from './page.ts';
import { versioned } from './sql.ts';

export function planRowKeeper(pool: Pool): KeptRows<PlanRow> {
  return {
    async list({ owner, provider }, page) {
      const query = { select, from: 'faregate.plan l', order: [{ column: 'l.id', kind: 'id' }] } as const;
      const listed = await listRows<PlanColumns>(pool, query, page, [
        owner === null ? ['l.organization_id is null and $::boolean', true] : ['l.organization_id = $', owner],
        ['l.provider = $', provider],
      ]);
      return { ...listed, items: listed.items.flatMap(keptOf) };
    },
    all: (scope) => reading(() => readAll(pool, scope)),
    change: (actor, change) => deed(pool, (client) => changePlans(client, actor, change)),
  };
}

const sort: RowSort<PlanRow> = {
  idOf: ({ subscription_id }) => subscription_id,
  nameOf: ({ provider, plan_name }) => `${provider} ${plan_name}`,
  flat: (row) => ({ ...row }),
};

const columns = Object.keys(planFields).filter((name) => name !== 'subscription_id');

// As text: decimals stay exact, and counts are read like any other field.
const select = `${versioned('l')}, l.source, ${columns.map((name) => `l.${name}::text`).join(', ')}`;

interface PlanColumns extends Readonly<Record<string, string | null>> {
  readonly id: string;
  readonly version: string;
  readonly created_at: string;
  readonly updated_at: string;
}

async function readAll(client: Pool | PoolClient, { owner, provider }: RowScope): Promise<KeptRow<PlanRow>[]> {
  const { rows } = await client.query<PlanColumns>(
    `select ${select} from faregate.plan l
     where l.organization_id is not distinct from $1 and ($2::text is null or l.provider = $2)
     order by l.provider, l.id`,
    [owner, provider ?? null],
  );
  return rows.flatMap(keptOf);
}

function keptOf({ id, version, created_at, updated_at, ...said }: PlanColumns): KeptRow<PlanRow>[] {
  const given = Object.fromEntries(columns.map((name) => [name, said[name]]));
  const read = readPlanRow({ ...given, subscription_id: id }, { id, today: '' });
  if (read.kind === 'problems') throw new Error(`The plan ${id} does not read: ${JSON.stringify(read.problems)}`);
  return [{ row: read.row, version, created_at, updated_at }];
}

export async function changePlans(
  client: PoolClient,
  actor: string,
  change: RowChange<PlanRow>,
): Promise<readonly KeptRow<PlanRow>[]> {
  const { owner, removes, puts, provenance } = change;
  await lockOwner(client, 'plans', owner);
  const kept = new Map((await readAll(client, { owner })).map((each) => [each.row.subscription_id, each]));
  const changing = rowsToPut(sort, kept, change);
  for (const id of removes) {
    await client.query('delete from faregate.plan where id = $1', [id]);
    await note(client, { actor, action: 'plan.delete', subject: `plan:${id}`, before: kept.get(id)?.row });
  }
  // Switched off for a moment, so that rows of the batch may exchange their days.
  await client.query('update faregate.plan set is_enabled = false where id = any($1)', [
    changing.map((row) => row.subscription_id),
  ]);
  for (const row of changing) {
    const before = kept.get(row.subscription_id)?.row;
    await putPlan(client, { owner, row, isNew: before === undefined, source: provenance });
    const action = before ? 'plan.update' : 'plan.create';
    await note(client, { actor, action, subject: `plan:${row.subscription_id}`, before, after: row });
  }
  await tell(client, 'catalog');
  const after = new Map((await readAll(client, { owner })).map((each) => [each.row.subscription_id, each]));
  return puts.flatMap(({ subscription_id }) => after.get(subscription_id) ?? []);
}

interface PlanPut {
  readonly owner: string | null;
  readonly row: PlanRow;
  readonly isNew: boolean;
  readonly source: string | undefined;
}

async function putPlan(client: PoolClient, { owner, row, isNew, source }: PlanPut): Promise<void> {
  const { subscription_id: id, ...values } = row;
  if (isNew) return insertRow(client, 'faregate.plan', { id, organization_id: owner, ...values, source });
  const given = Object.entries(values);
  const set = given.map(([column], index) => `${column} = $${index + 2}`).join(', ');
  await client.query(`update faregate.plan set ${set}, ${touched} where id = $1`, [
    id,
    ...given.map(([, value]) => value),
  ]);
}
