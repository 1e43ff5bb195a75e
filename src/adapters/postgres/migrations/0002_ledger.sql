-- The ledger: what happened to money. Rows here are only ever added; corrections are new rows that name what they correct.
-- Its currencies are those of wallets and price versions: to look each up again for every row would make all writers queue
-- for the locks of two or three rows of faregate.currency.

-- One change of a wallet. Postgres alone issues seq and balance_after; hash chains each wallet's events.
create table faregate.billing_event (
  wallet_id uuid not null references faregate.wallet,
  seq bigint not null check (seq > 0),
  event_id uuid not null unique,
  kind text not null check (kind in ('charge', 'top_up', 'refund', 'adjustment')),
  request_id uuid,
  currency text not null,
  amount numeric(38, 0) not null,
  balance_before numeric(38, 0) not null,
  balance_after numeric(38, 0) not null,
  reference text,
  description text,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  prev_hash text not null,
  hash text not null,
  primary key (wallet_id, seq),
  check (balance_after = balance_before + amount),
  check ((kind = 'charge') = (request_id is not null))
);

create index billing_event_request on faregate.billing_event (request_id) where request_id is not null;

-- Double entry: the legs of one event add up to zero in each currency. House accounts are sums, never a locked row.
create table faregate.posting (
  wallet_id uuid not null,
  seq bigint not null,
  leg smallint not null,
  account text not null,
  currency text not null,
  amount numeric(38, 0) not null,
  primary key (wallet_id, seq, leg),
  foreign key (wallet_id, seq) references faregate.billing_event
);

-- What each call has been charged so far. Entries carry totals; the ledger books the difference to this row.
create table faregate.request_charge (
  request_id uuid primary key,
  wallet_id uuid not null references faregate.wallet,
  total numeric(38, 0) not null,
  cost numeric(38, 0) not null,
  cost_currency text not null,
  provider text not null,
  final boolean not null,
  revision integer not null,
  gateway_id uuid not null,
  dispatch_no bigint not null,
  counters jsonb not null default '[]',
  started_at timestamptz not null,
  updated_at timestamptz not null
);

-- Not unique: a number that was given twice is a finding of the audit, and no reason to refuse usage that happened.
create index request_charge_dispatch on faregate.request_charge (gateway_id, dispatch_no);

-- One row per event of a call: an estimate's row stays when the final one comes.
create table faregate.usage_record (
  event_id uuid primary key,
  request_id uuid not null,
  revision integer not null,
  final boolean not null,
  applied boolean not null,
  wallet_id uuid not null,
  organization_id uuid,
  user_id uuid,
  virtual_key_id uuid not null,
  name text not null,
  provider text not null,
  model text not null,
  outcome text not null,
  usage jsonb not null,
  facts jsonb not null,
  charge_total numeric(38, 0) not null,
  charge_currency text not null,
  charge_receipt jsonb not null,
  cost_total numeric(38, 0) not null,
  cost_currency text not null,
  cost_receipt jsonb not null,
  pins jsonb not null,
  held numeric(38, 0) not null,
  attempts jsonb not null default '[]',
  streamed boolean not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  latency_ms bigint not null,
  first_byte_ms bigint,
  recorded_at timestamptz not null
);

create index usage_record_request on faregate.usage_record (request_id);
create index usage_record_wallet_time on faregate.usage_record (wallet_id, started_at desc);
create index usage_record_time on faregate.usage_record (started_at desc);

-- What a budget's scope has spent in a period; moved in the same transaction as the events it sums.
create table faregate.spend_counter (
  scope text not null,
  period text not null,
  spent numeric(38, 0) not null,
  updated_at timestamptz not null,
  primary key (scope, period)
);

-- One per life of a process that dispatches calls; its dispatch numbers are gapless, which proves completeness.
create table faregate.gateway (
  id uuid primary key,
  started_at timestamptz not null default clock_timestamp(),
  last_dispatch_no bigint,
  ended_at timestamptz
);

create table faregate.top_up (
  id uuid primary key,
  wallet_id uuid not null references faregate.wallet,
  amount numeric(38, 0) not null check (amount > 0),
  currency text not null references faregate.currency,
  source text not null check (source in ('manual', 'voucher')),
  reference text not null,
  status text not null default 'completed' check (status in ('pending', 'completed', 'failed')),
  event_id uuid not null unique references faregate.billing_event (event_id),
  note text,
  author text not null,
  created_at timestamptz not null default clock_timestamp(),
  unique (source, reference)
);

create table faregate.voucher (
  id uuid primary key,
  code_hash text not null unique,
  code_prefix text not null,
  amount numeric(38, 0) not null check (amount > 0),
  currency text not null references faregate.currency,
  expires_at timestamptz,
  redeemed_at timestamptz,
  redeemed_wallet_id uuid references faregate.wallet,
  top_up_id uuid references faregate.top_up,
  author text not null,
  created_at timestamptz not null default clock_timestamp()
);

create table faregate.finding (
  id bigint generated always as identity primary key,
  kind text not null,
  subject text not null,
  detail jsonb not null,
  at timestamptz not null default clock_timestamp()
);

create function faregate.refuse_ledger_change() returns trigger language plpgsql as $$
begin
  raise exception 'The ledger is only ever added to: % on % is refused.', tg_op, tg_table_name;
end
$$;

create trigger billing_event_immutable before update or delete on faregate.billing_event
  for each row execute function faregate.refuse_ledger_change();
create trigger billing_event_kept before truncate on faregate.billing_event
  for each statement execute function faregate.refuse_ledger_change();
create trigger posting_immutable before update or delete on faregate.posting
  for each row execute function faregate.refuse_ledger_change();
create trigger posting_kept before truncate on faregate.posting
  for each statement execute function faregate.refuse_ledger_change();
create trigger usage_record_immutable before update or delete on faregate.usage_record
  for each row execute function faregate.refuse_ledger_change();
create trigger usage_record_kept before truncate on faregate.usage_record
  for each statement execute function faregate.refuse_ledger_change();
create trigger top_up_immutable before update or delete on faregate.top_up
  for each row execute function faregate.refuse_ledger_change();
create trigger top_up_kept before truncate on faregate.top_up
  for each statement execute function faregate.refuse_ledger_change();

grant select, insert on faregate.billing_event, faregate.posting, faregate.usage_record, faregate.top_up,
  faregate.finding to faregate_app;
grant select, insert, update on faregate.request_charge, faregate.spend_counter, faregate.gateway,
  faregate.voucher to faregate_app;
