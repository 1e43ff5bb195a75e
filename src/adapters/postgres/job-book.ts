// Jobs in Postgres.
import type { Pool } from 'pg';
import { type JobEnd, type MediaJob, readJob, writeJob, type WrittenJob } from '#core/call/media-job.ts';
import type { JobBook, JobOwner, JobPage, UnbookedJob } from '#ports/job-book.ts';
import { chargedColumns, type ChargedColumns, chargedOf } from './ledger/register-columns.ts';

interface JobColumns {
  readonly job: WrittenJob;
  readonly job_end: JobEnd | null;
}

const putSql = `
  insert into faregate.media_job (request_id, kind, wallet_id, organization_id, virtual_key_id, name, provider,
    provider_key_id, upstream_id, gateway_id, dispatch_no, held, job, started_at, deadline_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
  on conflict (request_id) do nothing`;

const endSql = `
  update faregate.media_job set state = $2, job_end = $3, ended_at = $4 where request_id = $1 and state = 'running'`;

// What the ledger has meanwhile is left to rest, so that a start looks only at what is open.
const restSql = `
  update faregate.media_job as job set booked = true from faregate.request_charge charge
  where not job.booked and job.state <> 'running' and charge.request_id = job.request_id
    and (charge.final or job.job_end ? 'lost')`;

const unbookedSql = `
  select job.job, job.job_end, register.request_id is not null as charged, ${chargedColumns}
  from faregate.media_job job
    left join faregate.request_charge register on register.request_id = job.request_id
  where not job.booked order by job.started_at`;

export function postgresJobBook(pool: Pool): JobBook {
  return {
    async put(job) {
      const { call, kind, providerKeyId, upstreamId, deadlineAt } = job;
      await pool.query(putSql, [
        call.requestId,
        kind,
        call.walletId,
        call.organizationId ?? null,
        call.virtualKeyId,
        call.name,
        call.provider,
        providerKeyId ?? null,
        upstreamId,
        call.gatewayId,
        call.dispatchNo,
        call.held.toString(),
        JSON.stringify(writeJob(job)),
        new Date(call.startedAt),
        new Date(deadlineAt),
      ]);
    },
    async end(requestId, end) {
      await pool.query(endSql, [requestId, end.state, JSON.stringify(end), new Date(end.at)]);
    },
    async find(requestId) {
      const { rows } = await pool.query<JobColumns>(
        'select job, job_end from faregate.media_job where request_id = $1 and removed_at is null',
        [requestId],
      );
      return rows[0] && jobOf(rows[0]);
    },
    async list(owner, page) {
      const { text, values } = listQuery(owner, page);
      const { rows } = await pool.query<JobColumns>(text, values);
      return rows.map(jobOf);
    },
    async remove(requestId) {
      await pool.query('update faregate.media_job set removed_at = clock_timestamp() where request_id = $1', [
        requestId,
      ]);
    },
    async known(requestIds) {
      const { rows } = await pool.query<{ readonly request_id: string }>(
        'select request_id from faregate.media_job where request_id = any($1::uuid[])',
        [requestIds],
      );
      return new Set(rows.map((row) => row.request_id));
    },
    async unbooked() {
      await pool.query(restSql);
      const { rows } = await pool.query<JobColumns & ChargedColumns & { readonly charged: boolean }>(unbookedSql);
      return rows.map((row): UnbookedJob => ({
        job: jobOf(row),
        ...(row.charged ? { charged: chargedOf(row) } : undefined),
      }));
    },
    async charged(requestId) {
      const { rows } = await pool.query<ChargedColumns>(
        `select ${chargedColumns} from faregate.request_charge register where request_id = $1`,
        [requestId],
      );
      return rows[0] && chargedOf(rows[0]);
    },
  };
}

function listQuery({ walletId, organizationId }: JobOwner, { kind, limit, order, after }: JobPage) {
  const behind = order === 'asc' ? '>' : '<';
  return {
    text: `select job, job_end from faregate.media_job
      where (wallet_id = $1 or organization_id = $2) and kind = $3 and removed_at is null
        and ($4::uuid is null or (started_at, request_id) ${behind}
          (select started_at, request_id from faregate.media_job where request_id = $4::uuid))
      order by started_at ${order}, request_id ${order} limit $5`,
    values: [walletId, organizationId ?? null, kind, after ?? null, limit],
  };
}

function jobOf({ job, job_end }: JobColumns): MediaJob {
  const read = readJob(job);
  return job_end === null ? read : { ...read, end: job_end };
}
