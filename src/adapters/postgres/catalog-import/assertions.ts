// What sources say is only ever added.
import type { PoolClient } from 'pg';
import type { ImportCounts } from '#ports/catalog-import.ts';

export async function addAssertions(client: PoolClient, rows: readonly object[]): Promise<ImportCounts> {
  const { rowCount } = await client.query(
    `insert into faregate.price_assertion
        (id, source, place, provider, model, meter, price, per, currency, condition, quoted, url, confidence, reason)
      select s.* from jsonb_to_recordset($1::jsonb) as s(id uuid, source text, place text, provider text, model text,
        meter text, price text, per text, currency text, condition jsonb, quoted text, url text, confidence text, reason text)
      where not exists (
        select from faregate.price_assertion a
        where a.source = s.source and a.place = s.place and a.model = s.model
          and a.meter is not distinct from s.meter and a.quoted = s.quoted
      )
      on conflict do nothing`,
    [JSON.stringify(rows)],
  );
  const added = rowCount ?? 0;
  return { added, changed: 0, left_alone: 0, unchanged: rows.length - added };
}
