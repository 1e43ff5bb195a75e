import type { Pool } from 'pg';

export async function openGateway(pool: Pool, gatewayId: string, startedAt: number): Promise<void> {
  await pool.query('insert into faregate.gateway (id, started_at) values ($1, $2) on conflict do nothing', [
    gatewayId,
    new Date(startedAt),
  ]);
}

/** Also for a life that could not be opened, because the database was away: what it dispatched must be found complete. */
export async function closeGateway(pool: Pool, gatewayId: string, lastDispatchNo: number): Promise<void> {
  await pool.query(
    `insert into faregate.gateway as life (id, last_dispatch_no, ended_at) values ($1, $2, clock_timestamp())
      on conflict (id) do update set
        last_dispatch_no = greatest(life.last_dispatch_no, excluded.last_dispatch_no),
        ended_at = coalesce(life.ended_at, excluded.ended_at)`,
    [gatewayId, lastDispatchNo],
  );
}
