// The ledger's bulk statements; each takes its rows as one JSON text. As jsonb, since json would parse every document
// within a row a second time.

const events = `
  insert into faregate.billing_event (
    wallet_id, seq, event_id, kind, request_id, currency, amount, balance_before, balance_after, reference, description,
    occurred_at, recorded_at, prev_hash, hash
  )
  select wallet_id, seq, event_id, kind, request_id, currency, amount, balance_before, balance_after, reference,
    description, occurred_at, clock_timestamp(), prev_hash, hash
  from jsonb_to_recordset($1::jsonb) as row (
    wallet_id uuid, seq bigint, event_id uuid, kind text, request_id uuid, currency text, amount numeric,
    balance_before numeric, balance_after numeric, reference text, description text, occurred_at timestamptz,
    prev_hash text, hash text
  )`;

const postings = `
  insert into faregate.posting (wallet_id, seq, leg, account, currency, amount)
  select wallet_id, seq, leg, account, currency, amount
  from jsonb_to_recordset($1::jsonb) as row (
    wallet_id uuid, seq bigint, leg smallint, account text, currency text, amount numeric
  )`;

const usageRecords = `
  insert into faregate.usage_record (
    event_id, request_id, revision, final, applied, wallet_id, organization_id, user_id, virtual_key_id, name, provider,
    model, outcome, usage, facts, charge_total, charge_currency, charge_receipt, cost_total, cost_currency, cost_receipt,
    pins, held, attempts, streamed, started_at, ended_at, latency_ms, first_byte_ms, provider_key_id, recorded_at
  )
  select event_id, request_id, revision, final, applied, wallet_id, organization_id, user_id, virtual_key_id, name,
    provider, model, outcome, usage, facts, charge_total, charge_currency, charge_receipt, cost_total, cost_currency,
    cost_receipt, pins, held, attempts, streamed, started_at, ended_at, latency_ms, first_byte_ms, provider_key_id,
    clock_timestamp()
  from jsonb_to_recordset($1::jsonb) as row (
    event_id uuid, request_id uuid, revision integer, final boolean, applied boolean, wallet_id uuid,
    organization_id uuid, user_id uuid, virtual_key_id uuid, name text, provider text, model text, outcome text,
    usage jsonb, facts jsonb, charge_total numeric, charge_currency text, charge_receipt jsonb, cost_total numeric,
    cost_currency text, cost_receipt jsonb, pins jsonb, held numeric, attempts jsonb,
    streamed boolean, started_at timestamptz, ended_at timestamptz, latency_ms bigint, first_byte_ms bigint,
    provider_key_id uuid
  )`;

const registers = `
  insert into faregate.request_charge as register (
    request_id, wallet_id, total, cost, cost_currency, provider, final, revision, gateway_id, dispatch_no, counters,
    given, started_at, updated_at
  )
  select request_id, wallet_id, total, cost, cost_currency, provider, final, revision, gateway_id, dispatch_no, counters,
    given, started_at, clock_timestamp()
  from jsonb_to_recordset($1::jsonb) as row (
    request_id uuid, wallet_id uuid, total numeric, cost numeric, cost_currency text, provider text, final boolean,
    revision integer, gateway_id uuid, dispatch_no bigint, counters jsonb, given jsonb, started_at timestamptz
  )
  on conflict (request_id) do update set
    total = excluded.total, cost = excluded.cost, cost_currency = excluded.cost_currency, provider = excluded.provider,
    final = excluded.final, revision = excluded.revision, given = excluded.given, updated_at = excluded.updated_at`;

const counters = `
  insert into faregate.spend_counter as counter (scope, period, spent, updated_at)
  select scope, period, spent, clock_timestamp()
  from jsonb_to_recordset($1::jsonb) as row (scope text, period text, spent numeric)
  on conflict (scope, period) do update set
    spent = counter.spent + excluded.spent, updated_at = excluded.updated_at`;

const unitsBack = `
  update faregate.unit_counter as counter
  set taken = counter.taken - row.back::int8multirange, updated_at = clock_timestamp()
  from jsonb_to_recordset($1::jsonb) as row (scope text, period text, back text)
  where counter.scope = row.scope and counter.period = row.period`;

const unitsGiven = `
  insert into faregate.unit_counter as counter (scope, period, taken, updated_at)
  select scope, period, given::int8multirange, clock_timestamp()
  from jsonb_to_recordset($1::jsonb) as row (scope text, period text, given text)
  on conflict (scope, period) do update set
    taken = counter.taken + excluded.taken, updated_at = excluded.updated_at`;

const heads = `
  update faregate.wallet
  set balance = row.balance, seq = row.seq, hash = row.hash
  from jsonb_to_recordset($1::jsonb) as row (id uuid, balance numeric, seq bigint, hash text)
  where wallet.id = row.id`;

const findings = `
  insert into faregate.finding (kind, subject, detail)
  select kind, subject, detail from jsonb_to_recordset($1::jsonb) as row (kind text, subject text, detail jsonb)`;

export const statements = {
  events,
  postings,
  'usage-records': usageRecords,
  findings,
  registers,
  counters,
  'units-back': unitsBack,
  'units-given': unitsGiven,
  heads,
};
