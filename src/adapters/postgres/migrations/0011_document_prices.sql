-- The price book under the documents' names, to be read. A row shows the prices that hold without a condition; what else a
-- version has (cached tokens, tiers, factors) is in the book: `faregate prices list`.

-- What so many units cost: exact wherever the decimals end, which they do for every `per` that is a power of ten.
create function faregate.price_of(price text, per text, units numeric) returns numeric
  language sql immutable parallel safe
  return trim_scale(round(price::numeric * units, scale(price::numeric) + scale(units) + 4 * length(per))
    / per::numeric);

-- The price of a meter: without a condition, or else of the smallest prompts.
create function faregate.plain_price(components jsonb, meter text, units numeric) returns numeric
  language sql immutable parallel safe as $$
  select faregate.price_of(each.component ->> 'price', each.component ->> 'per', units)
  from jsonb_array_elements(components) with ordinality as each (component, place),
    lateral (select coalesce(each.component -> 'when', '{}') as met) as condition
  where each.component ->> 'meter' = plain_price.meter
    and (met = '{}' or (met - 'prompt_tokens' = '{}' and met -> 'prompt_tokens' ?| array['lt', 'lte']
      and not met -> 'prompt_tokens' ?| array['gt', 'gte']))
  order by met <> '{}', place limit 1
$$;

create function faregate.batch_price(components jsonb, meter text, units numeric) returns numeric
  language sql immutable parallel safe as $$
  select faregate.price_of(component ->> 'price', component ->> 'per', units)
  from jsonb_array_elements(components) as each (component)
  where component ->> 'meter' = batch_price.meter and component -> 'when' = '{"batch": true}' limit 1
$$;

-- Counts now, or is switched off and would. By the clock and not by the transaction's beginning: who has just edited a
-- price sees it.
create view faregate.current_price as
  select p.* from faregate.price_version p
  where p.state = 'approved' and p.valid_from <= clock_timestamp()
    and (p.valid_to is null or p.valid_to > clock_timestamp());

-- One row for each name. The document's prices are in dollars: of a price in another currency the amounts are null. So is
-- price_per_request where the name has no price by request; a figure there would be one by which nobody is charged.
create view public.model_pricing as
  select distinct on (p.subject_name)
    p.row_id as id, p.subject_name as model_name,
    case p.currency when 'usd' then faregate.plain_price(p.components, 'request', 1) end as price_per_request,
    case p.currency when 'usd' then faregate.plain_price(p.components, 'input', 1000) end as price_per_1k_input_tokens,
    case p.currency when 'usd' then faregate.plain_price(p.components, 'output', 1000) end as price_per_1k_output_tokens,
    coalesce(v.name, p.attributes ->> 'provider', 'custom') as provider,
    p.is_custom, p.is_enabled as is_active, p.notes,
    (select min(first.recorded_at) from faregate.price_version first where first.row_id = p.row_id) as created_at,
    p.recorded_at as updated_at
  from faregate.current_price p
  left join faregate.alias a on p.subject_kind = 'alias' and a.name = p.subject_name
  left join faregate.model m on m.name = case p.subject_kind when 'alias' then a.targets ->> 0 else p.subject_name end
  left join faregate.provider v on v.id = m.provider_id
  where p.book = 'list'
  order by p.subject_name, p.is_enabled desc, p.subject_kind, p.valid_from desc, p.recorded_at desc;

alter view public.model_pricing alter column is_custom set default false;
alter view public.model_pricing alter column is_active set default true;
alter view public.model_pricing alter column created_at set default now();
alter view public.model_pricing alter column updated_at set default now();

-- Their ids are text in the document.
create index price_version_row_text on faregate.price_version ((row_id::text));
create index plan_id_text on faregate.plan ((id::text));

-- The last word about each row of the organizations' own lists, whether it counts already or not any more. One that was
-- removed, or gave its place to a price that is no row, is not among them.
create view faregate.standing_row as
  select p.* from faregate.price_version p
  where p.book = 'organization' and p.state = 'approved'
    and not exists (
      select from faregate.price_version later
      where later.row_id = p.row_id and later.state <> 'draft' and (later.recorded_at, later.id) > (p.recorded_at, p.id)
    )
    and (not p.is_enabled or p.valid_to is null or p.valid_to > clock_timestamp()
      or p.valid_to = greatest(p.valid_from, ((p.attributes ->> 'end_date')::date + 1)::timestamp at time zone 'UTC'));

create view public.llm_model_pricing as
  select
    p.row_id::text as pricing_id,
    coalesce(p.attributes ->> 'provider', v.name, 'custom') as provider,
    coalesce(p.attributes ->> 'model_id', m.model_id, p.subject_name) as model_id,
    coalesce(p.attributes ->> 'model_name', m.display_name) as model_name,
    p.is_custom,
    case p.currency when 'usd' then faregate.plain_price(p.components, 'input', 1000) end as input_price_per_1k,
    case p.currency when 'usd' then faregate.plain_price(p.components, 'output', 1000) end as output_price_per_1k,
    coalesce((p.attributes ->> 'effective_date')::date, (p.valid_from at time zone 'UTC')::date) as effective_date,
    case when p.attributes ? 'effective_date' then (p.attributes ->> 'end_date')::date
      else ((p.published_valid_to - interval '1 millisecond') at time zone 'UTC')::date end as end_date,
    p.is_enabled, p.pricing_type,
    (p.attributes ->> 'free_tier_input_tokens')::bigint as free_tier_input_tokens,
    (p.attributes ->> 'free_tier_output_tokens')::bigint as free_tier_output_tokens,
    p.attributes ->> 'free_tier_reset_frequency' as free_tier_reset_frequency,
    (p.attributes ->> 'discount_percentage')::numeric as discount_percentage,
    p.attributes ->> 'discount_reason' as discount_reason,
    (p.attributes ->> 'volume_threshold_tokens')::bigint as volume_threshold_tokens,
    (p.attributes ->> 'base_input_price_per_1k')::numeric as base_input_price_per_1k,
    (p.attributes ->> 'base_output_price_per_1k')::numeric as base_output_price_per_1k,
    p.attributes ->> 'x_gemini_context_window' as x_gemini_context_window,
    p.attributes ->> 'x_gemini_region' as x_gemini_region,
    p.attributes ->> 'x_anthropic_tier' as x_anthropic_tier,
    coalesce((p.attributes ->> 'x_openai_batch_input_price')::numeric,
      case p.currency when 'usd' then faregate.batch_price(p.components, 'input', 1000) end)
      as x_openai_batch_input_price,
    coalesce((p.attributes ->> 'x_openai_batch_output_price')::numeric,
      case p.currency when 'usd' then faregate.batch_price(p.components, 'output', 1000) end)
      as x_openai_batch_output_price,
    o.slug as org_slug
  from faregate.standing_row p
  join faregate.organization o on o.id = p.owner_id
  left join faregate.model m on m.name = p.subject_name
  left join faregate.provider v on v.id = m.provider_id;

alter view public.llm_model_pricing alter column is_custom set default false;
alter view public.llm_model_pricing alter column is_enabled set default true;
alter view public.llm_model_pricing alter column pricing_type set default 'standard';

-- The platform's own plans have no organization.
create view public.llm_subscriptions as
  select p.id::text as subscription_id, p.provider, p.plan_name, p.is_custom, p.quantity::bigint as quantity,
    p.unit_price_usd, p.effective_date, p.end_date, p.is_enabled, p.auth_type, p.tier_type, p.trial_end_date,
    p.trial_credit_usd, p.rpm_limit, p.tpm_limit, p.rpd_limit, p.tpd_limit, p.concurrent_limit, p.monthly_token_limit,
    p.daily_token_limit, p.committed_spend_usd, p.commitment_term_months::bigint as commitment_term_months,
    p.discount_percentage, o.slug as org_slug
  from faregate.plan p left join faregate.organization o on o.id = p.organization_id;

alter view public.llm_subscriptions alter column is_custom set default false;
alter view public.llm_subscriptions alter column quantity set default 1;
alter view public.llm_subscriptions alter column unit_price_usd set default 0;
alter view public.llm_subscriptions alter column is_enabled set default true;

-- Every version of the platform's list that was ever to count, numbered for each model. Prices have as many decimals as they
-- need: the document's numeric(12,8) makes real prices per token too dear, and some of them nothing.
create view data.provider_rate as
  select p.id, v.name as provider, m.model_id as model,
    case when i.price = o.price then i.price end as price_per_token,
    i.price as price_per_input_token, o.price as price_per_output_token,
    faregate.plain_price(p.components, 'request', 1) as price_per_request,
    p.currency, p.pricing_model, p.valid_from as effective_from, p.valid_to as effective_to,
    p.state = 'approved' and p.is_enabled
      and (p.valid_to is null or (p.valid_to > clock_timestamp() and p.valid_to > p.valid_from)) as is_active,
    (row_number() over (partition by v.name, m.model_id order by p.valid_from, p.recorded_at, p.id))::integer as version,
    p.predecessor_id as previous_version_id, p.author as created_by, p.recorded_at as created_at,
    coalesce(p.superseded_at, p.recorded_at) as updated_at, p.notes
  from faregate.price_version p
  join faregate.model m on m.name = p.subject_name
  join faregate.provider v on v.id = m.provider_id,
  lateral (select faregate.plain_price(p.components, 'input', 1) as price) i,
  lateral (select faregate.plain_price(p.components, 'output', 1) as price) o
  where p.book = 'list' and p.subject_kind = 'model' and p.state in ('approved', 'superseded');

alter view data.provider_rate alter column currency set default 'usd';
alter view data.provider_rate alter column pricing_model set default 'per_token';
alter view data.provider_rate alter column version set default 1;
alter view data.provider_rate alter column is_active set default true;

-- What a customer type pays now, beside the version of the platform's list that counts now.
create view data.customer_type_rate as
  select p.row_id as id, p.owner_id as customer_type_id,
    (select l.id from faregate.current_price l
      where l.book = 'list' and l.subject_kind = p.subject_kind and l.subject_name = p.subject_name
      order by l.is_enabled desc, l.valid_from desc limit 1) as provider_rate_id,
    case when i.price = o.price then i.price end as price_per_token,
    i.price as price_per_input_token, o.price as price_per_output_token, p.currency,
    (select min(first.recorded_at) from faregate.price_version first where first.row_id = p.row_id) as created_at
  from faregate.current_price p,
  lateral (select faregate.plain_price(p.components, 'input', 1) as price) i,
  lateral (select faregate.plain_price(p.components, 'output', 1) as price) o
  where p.book = 'customer_type' and p.is_enabled;

alter view data.customer_type_rate alter column currency set default 'usd';

create view data.customer_rate as select * from data.customer_type_rate;
alter view data.customer_rate alter column currency set default 'usd';

create function faregate.is_token_meter(meter text) returns boolean
  language sql immutable
  return meter in ('input', 'input_audio', 'input_image', 'input_video', 'cache_read', 'cache_read_audio',
    'cache_read_image', 'cache_write', 'cache_write_5m', 'cache_write_30m', 'cache_write_1h', 'cache_write_12h', 'output',
    'output_audio', 'output_image', 'output_video', 'reasoning', 'citation');

create function faregate.is_tool_meter(meter text) returns boolean
  language sql immutable
  return meter in ('web_search_call', 'file_search_call', 'code_session', 'code_hour', 'map_search_call',
    'attachment_call', 'guardrail_unit', 'routing_unit', 'storage_token_hour', 'gb_day');

-- What one unit of a model's work costs, where that is no token: an image, a second, a song.
create function faregate.unit_price(components jsonb) returns numeric
  language sql immutable parallel safe as $$
  select faregate.plain_price(components, component ->> 'meter', 1)
  from jsonb_array_elements(components) with ordinality as each (component, place)
  where component ->> 'meter' <> 'request' and not faregate.is_token_meter(component ->> 'meter')
    and not faregate.is_tool_meter(component ->> 'meter')
    and faregate.plain_price(components, component ->> 'meter', 1) is not null
  order by place limit 1
$$;

create view public.ai_models as
  select m.id, m.provider_id, m.model_id::varchar as model_id, coalesce(m.display_name, m.name)::varchar as name,
    m.type::varchar as type, m.context_window, m.max_output_tokens, m.supports_vision, m.supports_function_calling,
    faregate.plain_price(p.components, 'input', 1000000) as input_price_per_million,
    faregate.plain_price(p.components, 'output', 1000000) as output_price_per_million,
    coalesce(faregate.unit_price(p.components), faregate.plain_price(p.components, 'request', 1)) as price_per_unit,
    case when m.credit_cost = trunc(m.credit_cost) and m.credit_cost <= 2147483647 then m.credit_cost::integer end
      as credit_cost,
    m.status in ('available', 'preview') as is_enabled, m.is_default, m.quality_tier::varchar as quality_tier,
    m.created_at at time zone 'UTC' as created_at, m.updated_at at time zone 'UTC' as updated_at
  from faregate.model m
  left join faregate.current_price p
    on p.book = 'list' and p.subject_kind = 'model' and p.subject_name = m.name and p.is_enabled and p.currency = 'usd';

create trigger read_only instead of insert or update or delete on public.ai_models for each row
  execute function faregate.refuse_view_change('Models are kept by `faregate models`, their prices by model_pricing.');

grant select on public.ai_models to faregate_operator;
grant select, insert, update, delete on public.model_pricing, public.llm_model_pricing, public.llm_subscriptions,
  data.provider_rate, data.customer_type_rate, data.customer_rate to faregate_operator;
