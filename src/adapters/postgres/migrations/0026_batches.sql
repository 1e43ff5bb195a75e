-- Batches: many calls that a provider takes in one file. The file is kept from its upload on; a batch is a job among the others.
alter table faregate.media_job drop constraint media_job_kind_check;
alter table faregate.media_job add constraint media_job_kind_check check (kind in ('video', 'music', 'batch'));

create table faregate.batch_file (
  id uuid primary key,
  wallet_id uuid not null references faregate.wallet,
  virtual_key_id uuid not null,
  file_name text not null,
  bytes integer not null,
  content bytea not null,
  created_at timestamptz not null
);

create index batch_file_wallet on faregate.batch_file (wallet_id, created_at desc, id desc);
create index batch_file_age on faregate.batch_file (created_at);

grant select, insert, delete on faregate.batch_file to faregate_app;
