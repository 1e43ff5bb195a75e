// Proposals of price syncs.
import type { Pool } from 'pg';
import type { KeptProposal, PriceProposals } from '#ports/price-proposals.ts';
import { transaction } from '../pool.ts';
import { note, reading } from './deed.ts';
import { instant } from './sql.ts';

const columns = [
  'id, state, document as proposal, proposed_by, decided_by',
  `${instant('proposed_at')} as proposed_at, ${instant('decided_at')} as decided_at`,
].join(', ');

export function priceProposalKeeper(pool: Pool): PriceProposals {
  return {
    list: ({ name, state, limit }) =>
      reading(async () => {
        const { rows } = await pool.query<KeptProposal>(
          `select ${columns} from faregate.price_proposal
           where ($1::text is null or name = $1) and ($2::text is null or state = $2) order by name, id limit $3`,
          [name ?? null, state ?? null, limit],
        );
        return rows;
      }),
    find: (ids) =>
      reading(async () => {
        const { rows } = await pool.query<KeptProposal>(
          `select ${columns} from faregate.price_proposal where id = any($1)`,
          [ids],
        );
        return rows;
      }),
    replaceOpen: (actor, { names, proposals }) =>
      reading(() =>
        transaction(pool, async (client) => {
          await client.query(`delete from faregate.price_proposal where state = 'open' and name = any($1)`, [names]);
          await client.query(
            `insert into faregate.price_proposal (id, name, document, proposed_by)
             select each->>'id', each->'proposal'->>'name', each->'proposal', $2 from jsonb_array_elements($1::jsonb) each
             on conflict (id) do update set document = excluded.document, state = 'open',
               proposed_by = excluded.proposed_by, proposed_at = clock_timestamp(), decided_by = null, decided_at = null`,
            [JSON.stringify(proposals), actor],
          );
          const after = { names: names.length, proposals: proposals.length };
          await note(client, { actor, action: 'price_proposal.sync', subject: 'price_proposal:open', after });
        }),
      ),
    approved: (actor, ids) =>
      reading(() =>
        transaction(pool, async (client) => {
          const { rows } = await client.query<{ id: string; document: object }>(
            `update faregate.price_proposal set state = 'approved', decided_by = $2, decided_at = clock_timestamp()
             where id = any($1) and state = 'open' returning id, document`,
            [ids, actor],
          );
          for (const { id, document } of rows) {
            await note(client, {
              actor,
              action: 'price_proposal.approve',
              subject: `price_proposal:${id}`,
              after: document,
            });
          }
        }),
      ),
  };
}
