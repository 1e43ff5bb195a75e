-- Master keys by their ids, what each provider key may be used for and whether it works, and by which one a call was made.

-- check_value is a constant sealed by the key: whoever holds the right one can open it. Null until a process with the key
-- has started. A row is deleted when nothing is sealed by its key any more, and the references below see to that.
create table faregate.master_key (
  id text primary key check (id ~ '^[0-9a-f]{12}$'),
  check_value text,
  created_at timestamptz not null default clock_timestamp()
);
grant select, insert, update (check_value), delete on faregate.master_key to faregate_app;

create function faregate.master_key_of(sealed text) returns text
  language sql immutable parallel safe
  return case when sealed ~ '^fg1\.[0-9a-f]{12}\.' then substr(sealed, 5, 12) end;

insert into faregate.master_key (id)
select faregate.master_key_of(sealed) from faregate.provider_key where faregate.master_key_of(sealed) is not null
union
select faregate.master_key_of(body #>> '{}') from faregate.idempotency_key
where faregate.master_key_of(body #>> '{}') is not null;

-- Everything that is sealed names its key here: what is sealed by a key that nobody knows is refused, and so is the end of
-- a key that something still needs.
alter table faregate.provider_key
  add column master_key_id text generated always as (faregate.master_key_of(sealed)) stored
    references faregate.master_key (id),
  add column user_id uuid references faregate.user_profile,
  -- Where an owner's own key is used, if that is not the provider's address; reached through the guarded client only.
  add column base_url text,
  -- What the provider allows it: requests and tokens per minute and day, calls at a time.
  add column if not exists limits jsonb not null default '{}',
  -- What the provider said to the last test; null: nothing that decides.
  add column is_valid boolean,
  add column last_validated_at timestamptz,
  add column validation_error text,
  add check (num_nonnulls(organization_id, user_id) <= 1),
  add check (base_url is null or num_nonnulls(organization_id, user_id) = 1);
create index provider_key_master_key on faregate.provider_key (master_key_id);
create index provider_key_organization on faregate.provider_key (organization_id) where organization_id is not null;
create index provider_key_user on faregate.provider_key (user_id) where user_id is not null;

alter table faregate.idempotency_key
  add column master_key_id text generated always as (faregate.master_key_of(body #>> '{}')) stored
    references faregate.master_key (id);
create index idempotency_key_master_key on faregate.idempotency_key (master_key_id);

-- The credential of the attempt that is billed. No reference: a key may be removed, and what was called by it stays.
alter table faregate.usage_record add column provider_key_id uuid;
create index usage_record_provider_key on faregate.usage_record (provider_key_id, started_at desc)
  where provider_key_id is not null;

create or replace view faregate.counted_usage as
  select r.event_id, r.request_id, r.final, r.wallet_id, coalesce(r.organization_id, r.user_id) as organization_id,
    r.user_id, r.virtual_key_id, r.name, r.provider, r.model, r.outcome, r.usage, c.total as charge_total,
    r.charge_currency, c.cost as cost_total, c.cost_currency, r.pins, r.streamed, r.started_at, r.ended_at, r.latency_ms,
    r.recorded_at, r.provider_key_id
  from faregate.usage_record r
  join faregate.request_charge c on c.request_id = r.request_id and c.final = r.final and c.revision = r.revision
  where r.applied;

grant select on faregate.counted_usage to faregate_app;

-- Calls from before credentials were counted name none, and count for none.
create or replace view public.platform_api_keys as
  select k.id, k.provider_id, k.name::varchar as name,
    k.prefix || '… sha256:' || encode(sha256(convert_to(k.sealed, 'UTF8')), 'hex') as api_key_encrypted, k.is_active,
    k.is_primary, t.last_used_at at time zone 'UTC' as last_used_at, faregate.integer_of(t.calls) as total_requests,
    t.cost_usd as total_cost_usd, faregate.integer_of((k.limits ->> 'rpm')::bigint) as requests_per_minute,
    faregate.integer_of((k.limits ->> 'rpd')::bigint) as requests_per_day,
    k.expires_at at time zone 'UTC' as expires_at, null::uuid as created_by,
    k.created_at at time zone 'UTC' as created_at, k.updated_at at time zone 'UTC' as updated_at
  from faregate.provider_key k
  cross join lateral (
    select count(*) as calls, max(u.started_at) as last_used_at,
      coalesce(sum(faregate.usd_of(u.cost_total, u.cost_currency, (u.pins #>> '{cost,conversion,fxRateId}')::uuid,
        u.recorded_at)), 0) as cost_usd
    from faregate.counted_usage u where u.provider_key_id = k.id
  ) t
  where k.organization_id is null and k.user_id is null;

create or replace view public.user_api_keys as
  select k.id, coalesce(k.organization_id, u.organization_id, k.user_id) as organization_id, k.user_id, k.provider_id,
    k.name::varchar as name,
    k.prefix || '… sha256:' || encode(sha256(convert_to(k.sealed, 'UTF8')), 'hex') as api_key_encrypted, k.is_active,
    k.is_valid, k.last_validated_at at time zone 'UTC' as last_validated_at, k.validation_error,
    t.last_used_at at time zone 'UTC' as last_used_at, faregate.integer_of(t.calls) as total_requests,
    k.created_at at time zone 'UTC' as created_at, k.updated_at at time zone 'UTC' as updated_at
  from faregate.provider_key k
  left join faregate.user_profile u on u.id = k.user_id
  cross join lateral (
    select count(*) as calls, max(c.started_at) as last_used_at
    from faregate.counted_usage c where c.provider_key_id = k.id
  ) t
  where num_nonnulls(k.organization_id, k.user_id) = 1;
