-- The whole of the catalogue, what sources say about it, plans, and a price book that keeps what it once believed.

alter table faregate.provider
  add column is_default boolean not null default false,
  add column api_version text,
  add column logo_url text,
  add column description text,
  add column documentation_url text;

alter table faregate.model drop constraint model_kind_check;
alter table faregate.model
  add constraint model_kind_check check (kind in (
    'chat', 'embedding', 'image', 'video', 'speech', 'transcription', 'music', 'rerank', 'ocr', 'moderation', 'agent', 'service'
  )),
  add column type text not null default 'llm' check (type in ('llm', 'image', 'video', 'voice', 'music')),
  add column display_name text,
  add column supports_vision boolean not null default false,
  add column supports_function_calling boolean not null default false,
  add column is_default boolean not null default false,
  add column quality_tier text,
  -- What a call costs in credits; a price in the currency `credits` when it is not null.
  add column credit_cost numeric check (credit_cost >= 0),
  add column capabilities jsonb not null default '{}',
  add column released_on date,
  add column retired_at timestamptz,
  add column notes text,
  add column source text,
  -- Set by the catalogue's import; a row that a person made or changed is left alone by the next one.
  add column imported boolean not null default false;

-- What a source says, as it says it. Never edited: another reading is another row.
create table faregate.price_assertion (
  id uuid primary key,
  source text not null,
  -- Where in the source: a heading and a row.
  place text not null,
  provider text not null,
  model text not null,
  meter text,
  -- Decimal text and the quantity that it is for; null where the source names no figure (TBD, a plan only).
  price text,
  per text,
  currency text,
  condition jsonb,
  quoted text not null,
  url text,
  confidence text not null default 'unverified' check (confidence in ('unverified', 'verified', 'refuted')),
  -- Why the approved price follows it, or does not.
  reason text,
  fetched_at timestamptz,
  recorded_at timestamptz not null default clock_timestamp(),
  unique (source, place, provider, model, meter, quoted)
);
create index price_assertion_model on faregate.price_assertion (provider, model);

-- What the documents call llm_subscriptions: the platform's own (no organization) or an organization's. Amounts are exact decimals.
create table faregate.plan (
  id uuid primary key,
  organization_id uuid references faregate.organization,
  provider text not null,
  plan_name text not null,
  is_custom boolean not null default false,
  quantity integer not null default 1 check (quantity >= 0),
  unit_price_usd numeric not null default 0 check (unit_price_usd >= 0),
  effective_date date not null,
  end_date date,
  is_enabled boolean not null default true,
  auth_type text check (auth_type in ('api_key', 'service_account', 'oauth')),
  tier_type text not null check (tier_type in ('free', 'trial', 'paid', 'enterprise', 'committed_use')),
  trial_end_date date,
  trial_credit_usd numeric check (trial_credit_usd >= 0),
  rpm_limit bigint check (rpm_limit >= 0),
  tpm_limit bigint check (tpm_limit >= 0),
  rpd_limit bigint check (rpd_limit >= 0),
  tpd_limit bigint check (tpd_limit >= 0),
  concurrent_limit bigint check (concurrent_limit >= 0),
  monthly_token_limit bigint check (monthly_token_limit >= 0),
  daily_token_limit bigint check (daily_token_limit >= 0),
  committed_spend_usd numeric check (committed_spend_usd >= 0),
  commitment_term_months integer check (commitment_term_months > 0),
  discount_percentage numeric check (discount_percentage between 0 and 100),
  -- What a subscription contains where that is no limit of calls: credits, images, minutes, in the source's words.
  contents jsonb not null default '{}',
  source text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (end_date is null or end_date >= effective_date),
  constraint plan_no_overlap exclude using gist (
    (coalesce(organization_id, '00000000-0000-0000-0000-000000000000'::uuid)) with =,
    provider with =, plan_name with =, daterange(effective_date, end_date, '[]') with &&
  ) where (is_enabled)
);

-- When which model came, or is announced to come.
create table faregate.release (
  id uuid primary key,
  provider text not null,
  model text not null,
  -- As the source writes it: a day, a month, a quarter, TBD.
  dated text not null,
  released_on date,
  status text not null check (status in ('released', 'announced')),
  notes text,
  source text not null,
  unique (source, provider, model, dated)
);

-- Which model is recommended for what.
create table faregate.recommendation (
  id uuid primary key,
  area text not null check (area in ('text', 'image', 'video')),
  use_case text not null,
  model text not null,
  cost text not null,
  reason text not null,
  source text not null,
  unique (source, area, use_case)
);

alter table faregate.price_version
  add column state text not null default 'approved' check (state in ('draft', 'approved', 'superseded', 'cancelled')),
  -- From then on this version is no longer believed, not even of the past: a correction took its place.
  add column superseded_at timestamptz,
  -- What stays the same when a price is edited; versions of one row follow one another.
  add column row_id uuid,
  add column pricing_type text not null default 'standard' check (pricing_type in (
    'standard', 'free_tier', 'volume_discount', 'committed_use', 'promotional', 'negotiated'
  )),
  add column is_custom boolean not null default false,
  -- A row that is switched off is kept, and prices nothing.
  add column is_enabled boolean not null default true,
  add column notes text,
  -- What the documents' rows carry beside the price: names, reasons, base prices, dates as they were given.
  add column attributes jsonb not null default '{}',
  add check ((state = 'superseded') = (superseded_at is not null));

alter table faregate.price_version disable trigger price_version_immutable;
update faregate.price_version set row_id = id;
alter table faregate.price_version enable trigger price_version_immutable;
alter table faregate.price_version alter column row_id set not null;
create function faregate.begin_price_row() returns trigger language plpgsql as $$
begin
  new.row_id := coalesce(new.row_id, new.id);
  return new;
end
$$;
create trigger price_version_row before insert on faregate.price_version
  for each row execute function faregate.begin_price_row();
create index price_version_row_id on faregate.price_version (row_id);

-- What counts now has no overlap; drafts, and what is no longer believed, may stand beside it.
alter table faregate.price_version drop constraint price_version_no_overlap;
alter table faregate.price_version add constraint price_version_no_overlap exclude using gist (
  book with =, (coalesce(owner_id, '00000000-0000-0000-0000-000000000000'::uuid)) with =,
  subject_kind with =, subject_name with =, tstzrange(valid_from, valid_to) with &&
) where (state = 'approved' and is_enabled);

-- An end is set or brought forward, as before; a draft is approved or cancelled; what was approved is cancelled before it
-- begins, or superseded by a correction. Nothing else of a version ever changes.
create or replace function faregate.refuse_price_change() returns trigger language plpgsql as $$
declare
  same boolean;
begin
  if tg_op = 'UPDATE' then
    same := (to_jsonb(new) - 'valid_to' - 'state' - 'superseded_at') = (to_jsonb(old) - 'valid_to' - 'state' - 'superseded_at');
    if same and new.state = old.state and new.superseded_at is not distinct from old.superseded_at
      and new.valid_to is not null
      and (old.valid_to is null or (old.valid_to > new.valid_to
        and new.valid_to >= date_trunc('milliseconds', clock_timestamp()) - interval '1 minute')) then
      return new;
    end if;
    if same and new.valid_to is not distinct from old.valid_to and (
      (old.state = 'draft' and new.state in ('approved', 'cancelled') and new.superseded_at is null)
      or (old.state = 'approved' and new.state = 'cancelled' and old.valid_from > clock_timestamp() and new.superseded_at is null)
      or (old.state = 'approved' and new.state = 'superseded' and new.superseded_at is not null)
    ) then
      return new;
    end if;
  end if;
  raise exception 'A price version is never changed or removed; publish a new one that supersedes it.';
end
$$;

grant update (state, superseded_at) on faregate.price_version to faregate_app;
grant select, insert, update, delete on faregate.plan, faregate.release, faregate.recommendation to faregate_app;
grant select, insert on faregate.price_assertion to faregate_app;
