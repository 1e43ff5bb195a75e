-- What the price book believed at which time, whose calls see only priced names, and what was rated again.

alter table faregate.price_version
  add column approved_at timestamptz,
  add column approved_by text,
  add column cancelled_at timestamptz,
  -- The end that it was given first, and when another one was written over that.
  add column published_valid_to timestamptz,
  add column end_recorded_at timestamptz,
  -- It ends because the next one begins; should that be cancelled, it goes on.
  add column ends_with_next boolean not null default false;

alter table faregate.price_version disable trigger price_version_immutable;
update faregate.price_version set published_valid_to = valid_to where valid_to is not null;
update faregate.price_version set approved_at = recorded_at, approved_by = author where state <> 'draft';
alter table faregate.price_version enable trigger price_version_immutable;

create or replace function faregate.begin_price_row() returns trigger language plpgsql as $$
begin
  new.row_id := coalesce(new.row_id, new.id);
  if not new.ends_with_next then
    new.published_valid_to := new.valid_to;
  end if;
  if new.state = 'approved' then
    new.approved_at := coalesce(new.recorded_at, clock_timestamp());
    new.approved_by := coalesce(new.approved_by, new.author);
  end if;
  return new;
end
$$;

-- An end is set, or moved while it has not come and to a moment that has not passed; a draft finds its place when it is
-- approved, or is cancelled; what was approved is cancelled before it begins, or superseded by a correction. Nothing else of
-- a version ever changes.
create or replace function faregate.refuse_price_change() returns trigger language plpgsql as $$
declare
  changed text[];
  moment timestamptz := date_trunc('milliseconds', clock_timestamp()) - interval '1 minute';
begin
  if tg_op = 'UPDATE' then
    changed := array(
      select key from jsonb_each(to_jsonb(new)) field
      where field.value is distinct from to_jsonb(old) -> key order by key
    );
    if changed = '{}' then
      return new;
    end if;
    if 'valid_to' = any (changed) and changed <@ '{valid_to,ends_with_next}' and (
      (new.valid_to is not null and (old.valid_to is null or (old.valid_to > new.valid_to and new.valid_to >= moment)))
      or (old.valid_to > clock_timestamp() and (new.valid_to is null or new.valid_to > old.valid_to))
    ) then
      new.end_recorded_at := clock_timestamp();
      return new;
    end if;
    if old.state = 'draft' and new.state = 'approved'
      and changed <@ '{state,valid_from,valid_to,ends_with_next,predecessor_id,approved_by}' and new.valid_from >= old.valid_from then
      new.approved_at := clock_timestamp();
      return new;
    end if;
    if changed = '{state}' and new.state = 'cancelled'
      and (old.state = 'draft' or (old.state = 'approved' and old.valid_from > clock_timestamp())) then
      new.cancelled_at := clock_timestamp();
      return new;
    end if;
    if changed = '{state,superseded_at}' and old.state = 'approved' and new.state = 'superseded' then
      return new;
    end if;
  end if;
  raise exception 'A price version is never changed or removed; publish a new one that supersedes it.';
end
$$;
grant update (valid_from, ends_with_next, predecessor_id, approved_by) on faregate.price_version to faregate_app;

create index price_version_subject on faregate.price_version (subject_name);

create trigger fx_rate_immutable before update or delete on faregate.fx_rate
  for each row execute function faregate.refuse_ledger_change();
create trigger fx_rate_kept before truncate on faregate.fx_rate
  for each statement execute function faregate.refuse_ledger_change();

alter table faregate.organization
  -- Calls of a name that no book of its own prices are answered as if there were no such name.
  add column only_priced_names boolean not null default false;

-- A period that was rated again: what was asked for, by whom and why, and what it came to.
create table faregate.rerate (
  id uuid primary key,
  -- Of what the operator was shown; it can be booked once.
  token text not null unique,
  valid_from timestamptz not null,
  valid_to timestamptz not null,
  model text,
  organization_id uuid references faregate.organization,
  reason text not null,
  author text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  check (valid_to > valid_from)
);

-- A line of an adjustment event: what one call came to when it was rated again, beside what it had been charged.
create table faregate.adjustment (
  rerate_id uuid not null references faregate.rerate,
  request_id uuid not null,
  wallet_id uuid not null,
  seq bigint not null,
  -- The usage record that was rated again.
  record_id uuid not null references faregate.usage_record (event_id),
  provider text not null,
  charge_before numeric(38, 0) not null,
  charge_after numeric(38, 0) not null,
  cost_before numeric(38, 0) not null,
  cost_before_currency text not null,
  cost_after numeric(38, 0) not null,
  cost_after_currency text not null,
  charge_receipt_before jsonb not null,
  charge_receipt_after jsonb not null,
  cost_receipt_before jsonb not null,
  cost_receipt_after jsonb not null,
  -- The versions and rates by which it was rated again.
  pins jsonb not null,
  reason text not null,
  author text not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (rerate_id, request_id),
  foreign key (wallet_id, seq) references faregate.billing_event (wallet_id, seq)
);
create index adjustment_request on faregate.adjustment (request_id);
create index adjustment_event on faregate.adjustment (wallet_id, seq);

create trigger adjustment_immutable before update or delete on faregate.adjustment
  for each row execute function faregate.refuse_ledger_change();
create trigger adjustment_kept before truncate on faregate.adjustment
  for each statement execute function faregate.refuse_ledger_change();

grant select, insert on faregate.adjustment to faregate_app;
grant select, insert, update (finished_at) on faregate.rerate to faregate_app;
