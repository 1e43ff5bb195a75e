-- Films and songs that a provider makes after the request that asked for them has been answered. A row is written when the
-- provider has taken the job, and has all that a later life of this process needs to hold, ask and settle it.
create table faregate.media_job (
  request_id uuid primary key,
  kind text not null check (kind in ('video', 'music')),
  wallet_id uuid not null references faregate.wallet,
  organization_id uuid,
  virtual_key_id uuid not null,
  name text not null,
  provider text not null,
  provider_key_id uuid,
  upstream_id text not null,
  gateway_id uuid not null,
  dispatch_no bigint not null,
  held numeric(38, 0) not null,
  job jsonb not null,
  state text not null default 'running' check (state in ('running', 'completed', 'failed')),
  job_end jsonb,
  started_at timestamptz not null,
  deadline_at timestamptz not null,
  ended_at timestamptz,
  removed_at timestamptz,
  -- The ledger has its final charge, and its last word is known: no later life has anything to do with it.
  booked boolean not null default false,
  check ((state = 'running') = (job_end is null))
);

create index media_job_unbooked on faregate.media_job (request_id) where not booked;
create index media_job_running on faregate.media_job (gateway_id, dispatch_no) where state = 'running';
create index media_job_wallet on faregate.media_job (wallet_id, started_at desc, request_id desc);
create index media_job_organization on faregate.media_job (organization_id, started_at desc, request_id desc)
  where organization_id is not null;

grant select, insert, update on faregate.media_job to faregate_app;
