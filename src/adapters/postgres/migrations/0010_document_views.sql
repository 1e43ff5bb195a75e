-- The tables that the requirement documents name, as views over ours, column for column; docs/requirements.md maps them.
-- What a document declares as NOT NULL, UNIQUE or a key a view cannot declare. Amounts are exact decimals of a currency.

create schema if not exists auth;
create schema if not exists data;

-- For people who look and edit with SQL: `grant faregate_operator to somebody`.
do $$
begin
  if not exists (select from pg_roles where rolname = 'faregate_operator') then
    create role faregate_operator nologin;
  end if;
exception
  -- Another database of the same server was migrated at the same moment.
  when duplicate_object or unique_violation then null;
end
$$;

create function faregate.decimal_of(units numeric, scale smallint) returns numeric
  language sql immutable parallel safe
  return trim_scale(units * ('1e-' || scale::text)::numeric);

-- Exact for dollars. Otherwise by the rate that the call pinned, or else the newest one that was known when it was booked,
-- so that the answer never changes; without a rate null, never zero.
create function faregate.usd_of(units numeric, code text, pinned uuid, known_at timestamptz) returns numeric
  language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
  select case when code = 'usd' then faregate.decimal_of(units, 12::smallint) else (
    select trim_scale(round(
      round(units * ('1e-' || c.scale::text)::numeric * rate.numerator, 60) / rate.denominator, 12))
    from faregate.currency c, (
      select id, numerator, denominator, observed_at, recorded_at from faregate.fx_rate
      where base = usd_of.code and quote = 'usd'
      union all
      select id, denominator, numerator, observed_at, recorded_at from faregate.fx_rate
      where base = 'usd' and quote = usd_of.code
    ) as rate (id, numerator, denominator, observed_at, recorded_at)
    where c.code = usd_of.code and rate.observed_at <= known_at and rate.recorded_at <= known_at
    order by (rate.id = pinned) is true desc, rate.observed_at desc, rate.recorded_at desc, rate.id desc
    limit 1
  ) end
$$;

-- A count that the document's integer cannot hold is null there, and whole in the metadata: neither a wrong number nor an
-- error that takes the other rows with it.
create function faregate.integer_of(count bigint) returns integer
  language sql immutable parallel safe
  return case when count between -2147483648 and 2147483647 then count::integer end;

create function faregate.token_source(status text) returns text
  language sql immutable parallel safe
  return case when status in ('reported', 'not_billable') then 'actual'
    when status in ('estimated', 'partial') then 'estimated' else 'unknown' end;

create function faregate.refuse_view_change() returns trigger language plpgsql as $$
begin
  raise exception '%.% is for reading only.', tg_table_schema, tg_table_name
    using errcode = 'feature_not_supported', hint = tg_argv[0];
end
$$;

-- Customers ---------------------------------------------------------------------------------------------------------

-- Passwords are not kept yet: the operator signs in by a link, and callers by their keys.
create view auth.login as
  select id, email, null::text as hashed_password, role from faregate.user_profile;

create view data.customer_type as
  select id, name, notes from faregate.customer_type;

create view data.tenant as
  select id, name, contact, notes, created_at, null::uuid as default_template_id, customer_type_id
  from faregate.organization;

create view data.user_profile as
  select id as user_id, username, organization_id as tenant_id, status, created_at, canceled_at, customer_type_id
  from faregate.user_profile;

create view public.users as
  select id, email, username, role, status, organization_id, created_at, updated_at from faregate.user_profile;

create view public.user_profiles as
  select id, email, username, role, status, organization_id, customer_type_id, created_at, updated_at, canceled_at
  from faregate.user_profile;

-- Who has no organization is one of its own, under the user's id: what must name an organization names that.
create view public.organizations as
  select id, slug, name, customer_type_id, status, false as is_personal, created_at, updated_at
  from faregate.organization
  union all
  select u.id, null, coalesce(u.username, u.email), u.customer_type_id,
    case u.status when 'active' then 'active' else 'disabled' end, true, u.created_at, u.updated_at
  from faregate.user_profile u
  where u.organization_id is null or exists (
    select from faregate.usage_record r
    where coalesce(r.organization_id, r.user_id) = u.id and r.organization_id is null
  );

-- Of the secret only its hash and its first letters are kept, and the hash stands where the secret would.
create view data.virtual_key as
  select id, user_id, key_hash as virtual_key, name, description, is_active and revoked_at is null as is_active,
    null::uuid as key_type_id, key_prefix, null::uuid as primary_config_node_id, '{}'::jsonb as config_data,
    jsonb_build_object('limits', limits, 'allowed_models', to_jsonb(allowed_models)) as computed_config,
    created_at, updated_at, organization_id, wallet_id
  from faregate.virtual_key;

-- Nothing routes by it yet; it keeps what is written.
create table faregate.config_node (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  description text,
  parent_id uuid references faregate.config_node on delete cascade check (parent_id <> id),
  config_data jsonb not null default '{}',
  mount_policy text not null default 'leaf_only' check (mount_policy in ('leaf_only', 'any_node', 'none')),
  is_active boolean not null default true,
  computed_config jsonb not null default '{}',
  is_dirty boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index config_node_parent on faregate.config_node (parent_id);
grant select, insert, update, delete on faregate.config_node to faregate_app;

create view data.config_nodes as
  select id, name, description, parent_id, config_data, mount_policy, is_active, computed_config, is_dirty, created_at,
    updated_at
  from faregate.config_node;

-- The catalogue ---------------------------------------------------------------------------------------------------------

-- What a document writes as TIMESTAMP is UTC, and its VARCHAR(n) have no length: nothing is ever cut off.
create view public.ai_providers as
  select id, display_name::varchar as name, name::varchar as slug, type::varchar as type, status = 'active' as is_enabled,
    is_default, base_url, api_version::varchar as api_version, logo_url, description, documentation_url,
    created_at at time zone 'UTC' as created_at, updated_at at time zone 'UTC' as updated_at
  from faregate.provider;

create view public.litellm_servers as
  select v.id, v.name, v.base_url, v.status = 'active' as is_active,
    array(select m.name from faregate.model m where m.provider_id = v.id and m.status in ('available', 'preview')
      order by m.name) as supported_models,
    v.created_at, v.updated_at
  from faregate.provider v;

-- Ciphertext is as little for reading as the secret: its first letters and a hash say which one it is. Calls are not
-- counted by credential, and what is not counted is null.
create view public.platform_api_keys as
  select id, provider_id, name::varchar as name,
    prefix || '… sha256:' || encode(sha256(convert_to(sealed, 'UTF8')), 'hex') as api_key_encrypted, is_active, is_primary,
    null::timestamp as last_used_at, null::integer as total_requests, null::numeric as total_cost_usd,
    null::integer as requests_per_minute, null::integer as requests_per_day,
    expires_at at time zone 'UTC' as expires_at, null::uuid as created_by,
    created_at at time zone 'UTC' as created_at, updated_at at time zone 'UTC' as updated_at
  from faregate.provider_key where organization_id is null;

create view public.user_api_keys as
  select id, organization_id, null::uuid as user_id, provider_id, name::varchar as name,
    prefix || '… sha256:' || encode(sha256(convert_to(sealed, 'UTF8')), 'hex') as api_key_encrypted, is_active,
    null::boolean as is_valid, null::timestamp as last_validated_at, null::text as validation_error,
    null::timestamp as last_used_at, null::integer as total_requests,
    created_at at time zone 'UTC' as created_at, updated_at at time zone 'UTC' as updated_at
  from faregate.provider_key where organization_id is not null;

-- Usage and money ---------------------------------------------------------------------------------------------------

-- The document's indexes, by its names, on the table beneath. Two of the six were there and only get the name.
alter table faregate.usage_record rename constraint usage_record_pkey to ai_cost_tracking_pkey;
alter index faregate.usage_record_time rename to idx_ai_cost_tracking_date;
create index idx_ai_cost_tracking_org_date
  on faregate.usage_record ((coalesce(organization_id, user_id)), started_at desc);
create index idx_ai_cost_tracking_user on faregate.usage_record (user_id);
create index idx_ai_cost_tracking_provider on faregate.usage_record (provider);
create index idx_ai_cost_tracking_model on faregate.usage_record (model);

-- One row for each call: the word about it that was booked last, which the register names (the final one stands over
-- estimates, a later estimate over an earlier one), at what the register says now: a call may have been rated again.
create view faregate.counted_usage as
  select r.event_id, r.request_id, r.final, r.wallet_id, coalesce(r.organization_id, r.user_id) as organization_id,
    r.user_id, r.virtual_key_id, r.name, r.provider, r.model, r.outcome, r.usage, c.total as charge_total,
    r.charge_currency, c.cost as cost_total, c.cost_currency, r.pins, r.streamed, r.started_at, r.ended_at, r.latency_ms,
    r.recorded_at
  from faregate.usage_record r
  join faregate.request_charge c on c.request_id = r.request_id and c.final = r.final and c.revision = r.revision
  where r.applied;

-- cost_usd is what the provider bills; what the caller was charged stands in the metadata, in its own currency.
create view public.ai_cost_tracking as
  select r.event_id as id, r.organization_id as org_id, r.user_id, r.provider, r.model,
    faregate.integer_of((r.usage ->> 'prompt_tokens')::bigint) as input_tokens,
    faregate.integer_of((r.usage ->> 'completion_tokens')::bigint) as output_tokens,
    case r.cost_currency when 'usd' then faregate.decimal_of(r.cost_total, 12::smallint)
      else faregate.usd_of(r.cost_total, r.cost_currency, (r.pins #>> '{cost,conversion,fxRateId}')::uuid, r.recorded_at)
    end as cost_usd,
    faregate.integer_of(r.latency_ms) as latency_ms,
    jsonb_build_object(
      'request_id', r.request_id, 'name', r.name, 'virtual_key_id', r.virtual_key_id, 'outcome', r.outcome,
      'final', r.final, 'streamed', r.streamed, 'token_source', faregate.token_source(r.usage ->> 'status'),
      'prompt_tokens', r.usage -> 'prompt_tokens', 'completion_tokens', r.usage -> 'completion_tokens',
      'usage_unit', r.usage -> 'usage_unit', 'usage_quantity', r.usage -> 'usage_quantity',
      'cost', faregate.decimal_of(r.cost_total, cost_in.scale)::text, 'cost_currency', r.cost_currency,
      'charge', faregate.decimal_of(r.charge_total, charge_in.scale)::text, 'charge_currency', r.charge_currency
    ) as metadata,
    r.started_at as created_at
  from faregate.counted_usage r
  left join faregate.currency cost_in on cost_in.code = r.cost_currency
  left join faregate.currency charge_in on charge_in.code = r.charge_currency;

alter view public.ai_cost_tracking alter column id set default gen_random_uuid();
alter view public.ai_cost_tracking alter column input_tokens set default 0;
alter view public.ai_cost_tracking alter column output_tokens set default 0;
alter view public.ai_cost_tracking alter column cost_usd set default 0.00;
alter view public.ai_cost_tracking alter column latency_ms set default 0;
alter view public.ai_cost_tracking alter column metadata set default '{}'::jsonb;
alter view public.ai_cost_tracking alter column created_at set default now();

-- Under the name that the caller sent, at that name's price: cost_usd is what was charged.
create view public.usage_logs as
  select r.event_id as id, r.request_id, r.user_id, r.organization_id, r.virtual_key_id, r.name as model, r.provider,
    r.model as provider_model,
    (r.usage ->> 'prompt_tokens')::bigint as prompt_tokens,
    (r.usage ->> 'completion_tokens')::bigint as completion_tokens,
    (r.usage ->> 'total_tokens')::bigint as total_tokens,
    case r.charge_currency when 'usd' then faregate.decimal_of(r.charge_total, 12::smallint)
      else faregate.usd_of(r.charge_total, r.charge_currency, (r.pins #>> '{charge,conversion,fxRateId}')::uuid,
        r.recorded_at)
    end as cost_usd,
    faregate.token_source(r.usage ->> 'status') as token_source,
    r.outcome, r.streamed, r.latency_ms, r.started_at as created_at
  from faregate.counted_usage r;

-- cost is what left the wallet, in the wallet's currency.
create view data.usage_log as
  select r.event_id as id, r.user_id, k.key_hash as virtual_key, r.provider, r.model,
    (r.usage ->> 'total_tokens')::bigint as tokens_used,
    faregate.decimal_of(r.charge_total, charge_in.scale) as cost,
    r.started_at as created_at, r.latency_ms,
    (r.usage ->> 'prompt_tokens')::bigint as input_tokens,
    (r.usage ->> 'completion_tokens')::bigint as output_tokens,
    null::text as prompt_hash, null::uuid as config_id,
    jsonb_build_object('request_id', r.request_id, 'name', r.name, 'outcome', r.outcome, 'final', r.final,
      'token_source', faregate.token_source(r.usage ->> 'status'), 'currency', r.charge_currency,
      'usage', r.usage - 'raw_usage') as metadata_json
  from faregate.counted_usage r
  left join faregate.currency charge_in on charge_in.code = r.charge_currency
  left join faregate.virtual_key k on k.id = r.virtual_key_id;

-- One row for each wallet: one of a user has its id, one that an organization shares has none.
create view data.account_balance as
  select w.id, w.user_id, faregate.decimal_of(w.balance, c.scale) as balance,
    faregate.decimal_of(greatest(-w.balance, 0), c.scale) as overdue_amount, w.currency, w.organization_id
  from faregate.wallet w join faregate.currency c on c.code = w.currency;

create view data.topup_record as
  select t.id, w.user_id, faregate.decimal_of(t.amount, c.scale) as amount, t.currency, t.status, t.created_at,
    t.created_at as updated_at, t.wallet_id, w.organization_id
  from faregate.top_up t
  join faregate.wallet w on w.id = t.wallet_id
  join faregate.currency c on c.code = t.currency;

-- A charge names who called, also where an organization's wallet paid. An estimate that proved too high is given back: a
-- credit of its request.
create view data.billing_event as
  select e.event_id as id, coalesce(w.user_id, r.user_id) as user_id,
    case when e.amount < 0 or (e.amount = 0 and e.kind = 'charge') then 'debit' else 'credit' end as event_type,
    faregate.decimal_of(abs(e.amount), c.scale) as amount, faregate.decimal_of(e.balance_after, c.scale) as balance_after,
    coalesce(e.request_id::text, e.reference) as reference_id,
    case e.kind when 'charge' then 'request' else e.kind end as reference_type, e.description,
    e.occurred_at as created_at, e.recorded_at as updated_at, e.wallet_id, e.seq, e.currency
  from faregate.billing_event e
  join faregate.wallet w on w.id = e.wallet_id
  join faregate.currency c on c.code = e.currency
  left join faregate.usage_record r on r.event_id = e.event_id;

do $$
declare
  refusal record;
begin
  for refusal in select * from (values
    ('auth.login', 'Users are kept by `faregate users` and /api/v1/users.'),
    ('data.user_profile', 'Users are kept by `faregate users` and /api/v1/users.'),
    ('public.users', 'Users are kept by `faregate users` and /api/v1/users.'),
    ('public.user_profiles', 'Users are kept by `faregate users` and /api/v1/users.'),
    ('data.tenant', 'Organizations are kept by `faregate orgs` and /api/v1/organizations.'),
    ('public.organizations', 'Organizations are kept by `faregate orgs` and /api/v1/organizations.'),
    ('data.customer_type', 'Customer types are kept by `faregate customer-types` and /api/v1/customer-types.'),
    ('data.virtual_key', 'Keys are kept by `faregate keys` and /api/v1/virtual-keys.'),
    ('public.ai_providers', 'Providers are kept by `faregate providers` and /api/v1/providers.'),
    ('public.litellm_servers', 'Providers are kept by `faregate providers`, their models by `faregate models`.'),
    ('public.platform_api_keys', 'Credentials are kept by `faregate provider-keys` and /api/v1/providers/{ref}/keys.'),
    ('public.user_api_keys', 'Credentials are kept by `faregate provider-keys` and /api/v1/providers/{ref}/keys.'),
    ('public.ai_cost_tracking', 'Calls are recorded by the ledger alone.'),
    ('public.usage_logs', 'Calls are recorded by the ledger alone.'),
    ('data.usage_log', 'Calls are recorded by the ledger alone.'),
    ('data.billing_event', 'Money moves by calls and top-ups alone.'),
    ('data.account_balance', 'Money moves by calls and top-ups alone: `faregate wallet topup`.'),
    ('data.topup_record', 'Wallets are topped up by `faregate wallet topup` and /api/v1/wallets/{id}/top-ups.')
  ) as refused (view_name, hint) loop
    execute format('create trigger read_only instead of insert or update or delete on %s for each row
      execute function faregate.refuse_view_change(%L)', refusal.view_name, refusal.hint);
    execute format('grant select on %s to faregate_operator', refusal.view_name);
  end loop;
end
$$;

-- Of our own schema it sees the functions that the views are made of, and no table.
grant usage on schema auth, data, faregate to faregate_operator;
grant select, insert, update, delete on data.config_nodes to faregate_operator;
