-- What organizations pay their providers, edited under the documents' names.

create function faregate.organization_named(slug text) returns uuid language plpgsql stable as $$
declare
  wanted text := coalesce(slug, nullif(current_setting('faregate.organization', true), ''));
  found_id uuid := (select o.id from faregate.organization o where o.slug = wanted);
begin
  if found_id is null then
    raise exception '%', case when wanted is null then 'Whose row it is must be said.'
        else format('There is no organization "%s".', wanted) end
      using errcode = 'foreign_key_violation',
        hint = 'Give org_slug, or say it once for the session: set faregate.organization = ''acme''.';
  end if;
  return found_id;
end
$$;

-- The documents' four are known before any of them is in the catalogue.
create function faregate.require_provider(name text) returns void language plpgsql stable as $$
begin
  if name is null or not (name in ('openai', 'anthropic', 'gemini', 'custom')
    or exists (select from faregate.provider v where v.name = require_provider.name)) then
    raise exception 'There is no provider "%".', name
      using errcode = 'foreign_key_violation', hint = 'Make it first: `faregate providers create`; or say custom.';
  end if;
end
$$;

create function faregate.require_word(field text, word text, words text[]) returns void language plpgsql immutable as $$
begin
  if word <> all (words) then
    raise exception '% is one of %, and not "%".', field, array_to_string(words, ', '), word
      using errcode = 'check_violation';
  end if;
end
$$;

create function faregate.with_allowance(components jsonb, meter text, tokens bigint, frequency text) returns jsonb
  language sql immutable as $$
  select jsonb_agg(
    case when component ->> 'meter' = with_allowance.meter and not component ? 'when' then
      (component - 'allowance') || case when tokens > 0 then jsonb_build_object('allowance', jsonb_build_object(
        'limit', tokens::text,
        'period', case frequency when 'daily' then 'day' when 'monthly' then 'month' else frequency end)) else '{}' end
    else component end order by place)
  from jsonb_array_elements(components) with ordinality as each (component, place)
$$;

-- A row of an organization whose newest version is a cancelled one has been removed.
create function faregate.remove_row(removed_row uuid) returns void language plpgsql as $$
declare
  moment timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  perform faregate.end_row(removed_row);
  insert into faregate.price_version (
    id, row_id, book, owner_id, subject_kind, subject_name, currency, pricing_model, pricing_type, components, modifiers,
    attributes, is_custom, is_enabled, notes, state, valid_from, valid_to, predecessor_id, author, provenance
  )
  select gen_random_uuid(), row_id, book, owner_id, subject_kind, subject_name, currency, pricing_model, pricing_type,
    components, modifiers, attributes, is_custom, false, notes, 'cancelled', moment, moment, id, faregate.sql_actor(), 'SQL'
  from faregate.price_version where row_id = removed_row order by recorded_at desc, id desc limit 1;
end
$$;

-- What stands beside the price. Amounts as text, as everywhere: a JSON number would be read as a double by others.
create function faregate.carried_of(said public.llm_model_pricing) returns jsonb language sql immutable
  return jsonb_build_object(
    'provider', said.provider, 'model_id', said.model_id, 'model_name', said.model_name,
    'effective_date', said.effective_date, 'end_date', said.end_date,
    'free_tier_input_tokens', said.free_tier_input_tokens, 'free_tier_output_tokens', said.free_tier_output_tokens,
    'free_tier_reset_frequency', said.free_tier_reset_frequency,
    'discount_percentage', trim_scale(said.discount_percentage)::text, 'discount_reason', said.discount_reason,
    'volume_threshold_tokens', said.volume_threshold_tokens,
    'base_input_price_per_1k', faregate.price_text(said.base_input_price_per_1k, 'base_input_price_per_1k'),
    'base_output_price_per_1k', faregate.price_text(said.base_output_price_per_1k, 'base_output_price_per_1k'),
    'x_gemini_context_window', said.x_gemini_context_window, 'x_gemini_region', said.x_gemini_region,
    'x_anthropic_tier', said.x_anthropic_tier,
    'x_openai_batch_input_price', trim_scale(said.x_openai_batch_input_price)::text,
    'x_openai_batch_output_price', trim_scale(said.x_openai_batch_output_price)::text);

create function faregate.edit_llm_model_pricing() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  version faregate.price_version;
  had jsonb;
  carried jsonb;
  was jsonb;
  foreign_field text;
  moment timestamptz;
  by_batch constant jsonb := '{"when": {"batch": true}}';
begin
  perform faregate.lock_book();
  if tg_op = 'DELETE' then
    perform faregate.remove_row(old.pricing_id::uuid);
    return old;
  end if;
  if tg_op = 'INSERT' then
    perform faregate.require_provider(new.provider);
    version.book := 'organization';
    version.owner_id := faregate.organization_named(new.org_slug);
    version.row_id := coalesce(new.pricing_id::uuid, gen_random_uuid());
    if exists (select from faregate.price_version p where p.row_id = version.row_id) then
      raise exception 'There is a row % already.', version.row_id using errcode = 'unique_violation';
    end if;
    version.subject_kind := 'model';
    version.subject_name := (
      select m.name from faregate.model m join faregate.provider v on v.id = m.provider_id
      where (v.name = new.provider and m.model_id = new.model_id)
        or (m.name = new.model_id and new.provider <> 'custom'
          and not exists (select from faregate.provider p where p.name = new.provider))
      limit 1
    );
    if version.subject_name is null and new.is_custom is not true then
      raise exception 'The catalogue has no model "%" of %.', new.model_id, new.provider
        using errcode = 'foreign_key_violation', hint = 'A model of your own has is_custom = true.';
    end if;
    version.subject_name := coalesce(version.subject_name, new.provider || '/' || new.model_id);
    version.currency := 'usd';
    version.components := '[]';
    version.modifiers := '[]';
    version.attributes := '{}';
    new.effective_date := coalesce(new.effective_date, (clock_timestamp() at time zone 'UTC')::date);
    if new.input_price_per_1k is null or new.output_price_per_1k is null then
      raise exception 'input_price_per_1k and output_price_per_1k must be given: 0 is free.'
        using errcode = 'not_null_violation';
    end if;
  else
    select p.* into version from faregate.standing_row p where p.row_id = old.pricing_id::uuid;
    if not found then
      perform faregate.refuse_the_gone(old.model_id);
    end if;
    perform faregate.kept('pricing_id', old.pricing_id, new.pricing_id);
    perform faregate.kept('provider', old.provider, new.provider);
    perform faregate.kept('model_id', old.model_id, new.model_id);
    perform faregate.kept('org_slug', old.org_slug, new.org_slug);
    version.provenance := null;
  end if;

  if tg_op = 'INSERT' or new.pricing_type is distinct from old.pricing_type then
    version.pricing_type := coalesce(new.pricing_type, 'standard');
  end if;
  perform faregate.require_word('pricing_type', version.pricing_type,
    array['standard', 'free_tier', 'volume_discount', 'committed_use', 'promotional', 'negotiated']);
  perform faregate.require_word('free_tier_reset_frequency', new.free_tier_reset_frequency,
    array['daily', 'monthly', 'never']);
  perform faregate.require_word('discount_reason', new.discount_reason,
    array['volume', 'commitment', 'promotion', 'negotiated', 'trial']);
  if not (new.discount_percentage between 0 and 100) then
    raise exception 'discount_percentage is from 0 to 100.' using errcode = 'check_violation';
  end if;
  if least(new.free_tier_input_tokens, new.free_tier_output_tokens, new.volume_threshold_tokens) < 0 then
    raise exception 'Counts of tokens are zero or more.' using errcode = 'check_violation';
  end if;
  if greatest(new.free_tier_input_tokens, new.free_tier_output_tokens) > 0 and new.free_tier_reset_frequency is null then
    raise exception 'free_tier_reset_frequency must say when the free tokens begin anew.'
      using errcode = 'not_null_violation';
  end if;
  for foreign_field in
    select own.field from (values
      ('gemini', 'x_gemini_context_window', new.x_gemini_context_window),
      ('gemini', 'x_gemini_region', new.x_gemini_region),
      ('anthropic', 'x_anthropic_tier', new.x_anthropic_tier),
      ('openai', 'x_openai_batch_input_price', new.x_openai_batch_input_price::text),
      ('openai', 'x_openai_batch_output_price', new.x_openai_batch_output_price::text)
    ) as own (provider, field, value)
    where own.value is not null and new.provider not in (own.provider, 'custom')
  loop
    raise exception '% belongs to another provider''s rows than to those of %.', foreign_field, new.provider
      using errcode = 'check_violation';
  end loop;
  if new.end_date < new.effective_date then
    raise exception 'A price must end after it begins.' using errcode = 'check_violation';
  end if;

  had := version.components;
  if new.input_price_per_1k is distinct from old.input_price_per_1k then
    version.components := faregate.with_price(version.components, faregate.component_of('input',
      faregate.price_text(new.input_price_per_1k, 'input_price_per_1k'), '1000', 'usd'));
  end if;
  if new.output_price_per_1k is distinct from old.output_price_per_1k then
    version.components := faregate.with_price(version.components, faregate.component_of('output',
      faregate.price_text(new.output_price_per_1k, 'output_price_per_1k'), '1000', 'usd'));
  end if;
  if new.x_openai_batch_input_price is distinct from old.x_openai_batch_input_price then
    version.components := faregate.with_price(version.components, by_batch || faregate.component_of('input',
      faregate.price_text(new.x_openai_batch_input_price, 'x_openai_batch_input_price'), '1000', 'usd'));
  end if;
  if new.x_openai_batch_output_price is distinct from old.x_openai_batch_output_price then
    version.components := faregate.with_price(version.components, by_batch || faregate.component_of('output',
      faregate.price_text(new.x_openai_batch_output_price, 'x_openai_batch_output_price'), '1000', 'usd'));
  end if;
  -- Free tokens are taken off where somebody has confirmed them, and then as many as the row says.
  if version.attributes -> 'free_tier_active' = 'true' then
    version.components := faregate.with_allowance(
      faregate.with_allowance(version.components, 'input', new.free_tier_input_tokens, new.free_tier_reset_frequency),
      'output', new.free_tier_output_tokens, new.free_tier_reset_frequency);
  end if;
  if had is distinct from version.components then
    version.pricing_model := faregate.pricing_model_of(version.components);
  end if;

  carried := faregate.carried_of(new);
  if tg_op = 'UPDATE' then
    was := faregate.carried_of(old);
    carried := jsonb_build_object('provider', was -> 'provider', 'model_id', was -> 'model_id',
      'effective_date', was -> 'effective_date') || version.attributes || coalesce((
        select jsonb_object_agg(key, value) from jsonb_each(carried) where value is distinct from was -> key), '{}');
  end if;
  version.attributes := jsonb_strip_nulls(carried);

  if tg_op = 'UPDATE' and version.valid_from > clock_timestamp() then
    perform faregate.cancel_version(version);
  end if;
  -- Days are UTC, and the last one counts to its end. The past is not priced anew: what began earlier counts from now on, and
  -- what is over is kept, and prices nothing.
  moment := date_trunc('milliseconds', clock_timestamp());
  version.valid_from := greatest((version.attributes ->> 'effective_date')::timestamp at time zone 'UTC', moment);
  version.valid_to := ((version.attributes ->> 'end_date')::date + 1)::timestamp at time zone 'UTC';
  if version.valid_to < version.valid_from then
    version.valid_to := version.valid_from;
  end if;
  version.ends_with_next := false;
  if tg_op = 'INSERT' or new.is_enabled is distinct from old.is_enabled then
    version.is_enabled := coalesce(new.is_enabled, true);
  end if;
  if tg_op = 'INSERT' or new.is_custom is distinct from old.is_custom then
    version.is_custom := coalesce(new.is_custom, false);
  end if;
  if tg_op = 'INSERT' and version.is_enabled and exists (
    select from faregate.price_version p
    where p.book = 'organization' and p.owner_id = version.owner_id and p.subject_name = version.subject_name
      and p.state = 'approved' and p.is_enabled
      and tstzrange(p.valid_from, p.valid_to) && tstzrange(version.valid_from, version.valid_to)
  ) then
    raise exception 'llm_model_pricing has a row for "%" in that time already: update it.', new.model_id
      using errcode = 'exclusion_violation';
  end if;
  version := faregate.publish_row(version);
  select * into new from public.llm_model_pricing p where p.pricing_id = version.row_id::text;
  return new;
end
$$;

create trigger edit instead of insert or update or delete on public.llm_model_pricing
  for each row execute function faregate.edit_llm_model_pricing();

-- Plans are rows, and no call is charged by one: they are changed where they stand, and the audit log has both sides.
create function faregate.edit_llm_subscription() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  plan faregate.plan;
  before faregate.plan;
begin
  if tg_op <> 'INSERT' then
    select * into before from faregate.plan p where p.id = old.subscription_id::uuid for update;
    if not found then
      raise exception 'The plan "%" has been taken away meanwhile.', old.plan_name using errcode = 'serialization_failure';
    end if;
  end if;
  if tg_op = 'DELETE' then
    delete from faregate.plan where id = before.id;
    perform faregate.log_edit('plan.delete', 'plan:' || before.id, to_jsonb(before), null);
    return old;
  end if;
  plan := before;
  if tg_op = 'INSERT' then
    plan.id := coalesce(new.subscription_id::uuid, gen_random_uuid());
    if exists (select from faregate.plan p where p.id = plan.id) then
      raise exception 'There is a row % already.', plan.id using errcode = 'unique_violation';
    end if;
    if coalesce(new.org_slug, nullif(current_setting('faregate.organization', true), '')) is not null then
      plan.organization_id := faregate.organization_named(new.org_slug);
    end if;
    plan.contents := '{}';
    plan.source := 'SQL';
    plan.created_at := clock_timestamp();
  else
    perform faregate.kept('subscription_id', old.subscription_id, new.subscription_id);
    perform faregate.kept('org_slug', old.org_slug, new.org_slug);
  end if;
  perform faregate.require_provider(new.provider);
  perform faregate.require_word('tier_type', new.tier_type, array['free', 'trial', 'paid', 'enterprise', 'committed_use']);
  perform faregate.require_word('auth_type', new.auth_type, array['api_key', 'service_account', 'oauth']);
  perform faregate.price_text(new.unit_price_usd, 'unit_price_usd');
  perform faregate.price_text(new.trial_credit_usd, 'trial_credit_usd');
  perform faregate.price_text(new.committed_spend_usd, 'committed_spend_usd');
  perform faregate.price_text(new.discount_percentage, 'discount_percentage');
  -- Only what was changed: somebody else may have changed the rest since it was read.
  plan := jsonb_populate_record(plan, coalesce((
    select jsonb_object_agg(said.key, said.value)
    from jsonb_each(to_jsonb(new) - 'subscription_id' - 'org_slug') as said
    where tg_op = 'INSERT' or said.value is distinct from to_jsonb(old) -> said.key), '{}'));
  plan.is_custom := coalesce(plan.is_custom, false);
  plan.quantity := coalesce(plan.quantity, 1);
  plan.unit_price_usd := coalesce(plan.unit_price_usd, 0);
  plan.effective_date := coalesce(plan.effective_date, (clock_timestamp() at time zone 'UTC')::date);
  plan.is_enabled := coalesce(plan.is_enabled, true);
  -- Strictly later than before, so that two changes within a microsecond still give two versions.
  plan.updated_at := greatest(clock_timestamp(), before.updated_at + interval '1 microsecond');
  insert into faregate.plan (
    id, organization_id, provider, plan_name, is_custom, quantity, unit_price_usd, effective_date, end_date,
    is_enabled, auth_type, tier_type, trial_end_date, trial_credit_usd, rpm_limit, tpm_limit, rpd_limit, tpd_limit,
    concurrent_limit, monthly_token_limit, daily_token_limit, committed_spend_usd, commitment_term_months,
    discount_percentage, contents, source, created_at, updated_at
  ) values (
    plan.id, plan.organization_id, plan.provider, plan.plan_name, plan.is_custom, plan.quantity, plan.unit_price_usd,
    plan.effective_date, plan.end_date, plan.is_enabled, plan.auth_type, plan.tier_type, plan.trial_end_date,
    plan.trial_credit_usd, plan.rpm_limit, plan.tpm_limit, plan.rpd_limit, plan.tpd_limit, plan.concurrent_limit,
    plan.monthly_token_limit, plan.daily_token_limit, plan.committed_spend_usd, plan.commitment_term_months,
    plan.discount_percentage, plan.contents, plan.source, plan.created_at, plan.updated_at
  )
  on conflict (id) do update set
    provider = excluded.provider, plan_name = excluded.plan_name, is_custom = excluded.is_custom,
    quantity = excluded.quantity, unit_price_usd = excluded.unit_price_usd, effective_date = excluded.effective_date,
    end_date = excluded.end_date, is_enabled = excluded.is_enabled, auth_type = excluded.auth_type,
    tier_type = excluded.tier_type, trial_end_date = excluded.trial_end_date,
    trial_credit_usd = excluded.trial_credit_usd, rpm_limit = excluded.rpm_limit, tpm_limit = excluded.tpm_limit,
    rpd_limit = excluded.rpd_limit, tpd_limit = excluded.tpd_limit, concurrent_limit = excluded.concurrent_limit,
    monthly_token_limit = excluded.monthly_token_limit, daily_token_limit = excluded.daily_token_limit,
    committed_spend_usd = excluded.committed_spend_usd, commitment_term_months = excluded.commitment_term_months,
    discount_percentage = excluded.discount_percentage, updated_at = excluded.updated_at;
  perform faregate.log_edit(case tg_op when 'INSERT' then 'plan.create' else 'plan.update' end, 'plan:' || plan.id,
    to_jsonb(before), to_jsonb(plan));
  select * into new from public.llm_subscriptions s where s.subscription_id = plan.id::text;
  return new;
end
$$;

create trigger edit instead of insert or update or delete on public.llm_subscriptions
  for each row execute function faregate.edit_llm_subscription();
