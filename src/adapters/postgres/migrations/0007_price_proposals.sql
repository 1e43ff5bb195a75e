-- What syncs from public price lists proposed, until somebody decides. Prices stand in the document as decimal text.

create table faregate.price_proposal (
  -- Made from what is proposed: the same proposal has the same id the next time.
  id text primary key check (id ~ '^[0-9a-f]{12}$'),
  name text not null,
  document jsonb not null,
  state text not null default 'open' check (state in ('open', 'approved')),
  proposed_by text not null,
  proposed_at timestamptz not null default clock_timestamp(),
  decided_by text,
  decided_at timestamptz,
  check ((state = 'open') = (decided_by is null) and (decided_by is null) = (decided_at is null))
);
create index price_proposal_name on faregate.price_proposal (name);

grant select, insert, update, delete on faregate.price_proposal to faregate_app;
