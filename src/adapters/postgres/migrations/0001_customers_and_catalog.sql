-- Who calls, with what, and what may be called. Amounts are whole units of the currency (10^-scale), never fractions.
-- The application works as faregate_app, which sees only what is granted to it.
do $$
begin
  if not exists (select from pg_roles where rolname = 'faregate_app') then
    create role faregate_app nologin;
  end if;
  execute format('grant faregate_app to %I', current_user);
end
$$;

create extension if not exists btree_gist;

grant usage on schema faregate to faregate_app;

create table faregate.currency (
  code text primary key,
  scale smallint not null check (scale between 0 and 18),
  minor_digits smallint not null
);

insert into faregate.currency (code, scale, minor_digits) values
  ('usd', 12, 2), ('eur', 12, 2), ('gbp', 12, 2), ('cny', 11, 2), ('aed', 11, 2), ('jpy', 10, 0),
  ('inr', 10, 2), ('krw', 9, 0), ('idr', 8, 0), ('vnd', 8, 0), ('credits', 12, 2);

create table faregate.customer_type (
  id uuid primary key,
  name text not null unique,
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table faregate.organization (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  name text not null,
  customer_type_id uuid references faregate.customer_type,
  status text not null default 'active' check (status in ('active', 'disabled')),
  contact text,
  notes text,
  limits jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table faregate.user_profile (
  id uuid primary key,
  email text not null unique,
  username text unique,
  organization_id uuid references faregate.organization,
  customer_type_id uuid references faregate.customer_type,
  role text not null default 'member' check (role in ('superadmin', 'org_admin', 'member')),
  status text not null default 'active' check (status in ('pending', 'active', 'canceled')),
  limits jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  canceled_at timestamptz
);

create index user_profile_organization on faregate.user_profile (organization_id);
create index user_profile_updated on faregate.user_profile (updated_at);
create index organization_updated on faregate.organization (updated_at);

-- balance, seq and hash are the head of the wallet's event chain; only the ledger moves them.
create table faregate.wallet (
  id uuid primary key,
  organization_id uuid references faregate.organization,
  user_id uuid references faregate.user_profile,
  currency text not null references faregate.currency,
  balance numeric(38, 0) not null default 0,
  seq bigint not null default 0,
  hash text not null default '',
  credit_seq bigint not null default 0,
  created_at timestamptz not null default now(),
  check (num_nonnulls(organization_id, user_id) = 1),
  unique (organization_id, currency),
  unique (user_id, currency)
);

create table faregate.virtual_key (
  id uuid primary key,
  key_hash text not null unique,
  key_prefix text not null,
  name text not null,
  description text,
  user_id uuid references faregate.user_profile,
  organization_id uuid references faregate.organization,
  wallet_id uuid not null references faregate.wallet,
  is_active boolean not null default true,
  may_see_cost boolean not null default false,
  overspend_policy text not null default 'clamp' check (overspend_policy in ('clamp', 'strict')),
  default_output_tokens integer check (default_output_tokens > 0),
  allowed_models text[],
  limits jsonb not null default '{}',
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(organization_id, user_id) >= 1)
);

create index virtual_key_updated on faregate.virtual_key (updated_at);
create index virtual_key_user on faregate.virtual_key (user_id);
create index virtual_key_organization on faregate.virtual_key (organization_id);
create index virtual_key_wallet on faregate.virtual_key (wallet_id);

-- The secret that a key had before it was rotated; it goes on until then.
create table faregate.retired_secret (
  key_hash text primary key,
  key_prefix text not null,
  virtual_key_id uuid not null references faregate.virtual_key,
  valid_until timestamptz not null,
  created_at timestamptz not null default clock_timestamp()
);

create index retired_secret_key on faregate.retired_secret (virtual_key_id);

-- Every secret that a key answers to, with the end of each.
create view faregate.key_secret as
  select id as virtual_key_id, key_hash, key_prefix, expires_at from faregate.virtual_key
  union all
  select r.virtual_key_id, r.key_hash, r.key_prefix, least(r.valid_until, k.expires_at)
  from faregate.retired_secret r join faregate.virtual_key k on k.id = r.virtual_key_id;

create table faregate.provider (
  id uuid primary key,
  name text not null unique check (name ~ '^[a-z0-9][a-z0-9_.-]{0,62}$'),
  display_name text not null,
  type text not null default 'llm' check (type in ('llm', 'image', 'video', 'voice', 'music')),
  adapter text not null,
  base_url text not null,
  status text not null default 'active' check (status in ('active', 'disabled')),
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table faregate.provider_key (
  id uuid primary key,
  provider_id uuid not null references faregate.provider,
  organization_id uuid references faregate.organization,
  name text not null,
  sealed text not null,
  prefix text not null,
  is_primary boolean not null default false,
  weight integer not null default 1 check (weight >= 0),
  is_active boolean not null default true,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index provider_key_provider on faregate.provider_key (provider_id);

create table faregate.model (
  id uuid primary key,
  provider_id uuid not null references faregate.provider,
  model_id text not null,
  name text not null unique,
  kind text not null default 'chat' check (kind in ('chat', 'embedding')),
  context_window integer check (context_window > 0),
  max_output_tokens integer check (max_output_tokens > 0),
  default_output_tokens integer check (default_output_tokens > 0),
  tokenizer text not null default 'bytes',
  streams_all_output boolean not null default false,
  status text not null default 'available' check (status in ('available', 'preview', 'announced', 'retired')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider_id, model_id)
);

-- A name of the operator's own: its targets are model names, tried in order.
create table faregate.alias (
  id uuid primary key,
  name text not null unique,
  targets jsonb not null check (jsonb_typeof(targets) = 'array' and jsonb_array_length(targets) between 1 and 16),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Immutable: a change of price is a new version; of an old one only its end may be set, and brought forward.
create table faregate.price_version (
  id uuid primary key,
  book text not null check (book in ('list', 'organization', 'customer_type', 'negotiated', 'promotion')),
  owner_id uuid,
  subject_kind text not null check (subject_kind in ('model', 'alias')),
  subject_name text not null,
  currency text not null references faregate.currency,
  pricing_model text not null default 'per_token',
  components jsonb not null,
  modifiers jsonb not null default '[]',
  valid_from timestamptz not null,
  valid_to timestamptz,
  recorded_at timestamptz not null default clock_timestamp(),
  predecessor_id uuid references faregate.price_version,
  author text not null,
  provenance text,
  check (valid_to is null or valid_to >= valid_from),
  check ((book = 'list') = (owner_id is null)),
  constraint price_version_no_overlap exclude using gist (
    book with =, (coalesce(owner_id, '00000000-0000-0000-0000-000000000000'::uuid)) with =,
    subject_kind with =, subject_name with =, tstzrange(valid_from, valid_to) with &&
  )
);

create function faregate.refuse_price_change() returns trigger language plpgsql as $$
begin
  -- An end that has not come yet may be brought forward, to a moment that has not passed either.
  if tg_op = 'UPDATE'
    and new.valid_to is not null
    and (old.valid_to is null or (old.valid_to > new.valid_to
      and new.valid_to >= date_trunc('milliseconds', clock_timestamp()) - interval '1 minute'))
    and (to_jsonb(new) - 'valid_to') = (to_jsonb(old) - 'valid_to') then
    return new;
  end if;
  raise exception 'A price version is never changed or removed; publish a new one that supersedes it.';
end
$$;

create trigger price_version_immutable before update or delete on faregate.price_version
  for each row execute function faregate.refuse_price_change();
create trigger price_version_kept before truncate on faregate.price_version
  for each statement execute function faregate.refuse_price_change();

create table faregate.fx_rate (
  id uuid primary key,
  base text not null references faregate.currency,
  quote text not null references faregate.currency,
  numerator numeric(38, 0) not null check (numerator > 0),
  denominator numeric(38, 0) not null check (denominator > 0),
  observed_at timestamptz not null,
  source text not null,
  recorded_at timestamptz not null default clock_timestamp()
);

create table faregate.audit_log (
  id bigint generated always as identity primary key,
  actor text not null,
  action text not null,
  subject text not null,
  before jsonb,
  after jsonb,
  at timestamptz not null default clock_timestamp()
);

create table faregate.admin_session (
  token_hash text primary key,
  user_name text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);

-- A repeated POST with the same Idempotency-Key gets the first answer again.
create table faregate.idempotency_key (
  scope text not null,
  key text not null,
  request_hash text not null,
  status integer not null,
  body jsonb not null,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);

grant select, insert, update, delete on
  faregate.customer_type, faregate.organization, faregate.user_profile, faregate.virtual_key, faregate.provider,
  faregate.provider_key, faregate.model, faregate.alias, faregate.admin_session, faregate.idempotency_key
  to faregate_app;
grant select on faregate.currency, faregate.migration, faregate.key_secret to faregate_app;
grant select, insert on faregate.retired_secret to faregate_app;
grant select, insert, update on faregate.wallet to faregate_app;
grant select, insert, update (valid_to) on faregate.price_version to faregate_app;
grant select, insert on faregate.fx_rate, faregate.audit_log to faregate_app;
