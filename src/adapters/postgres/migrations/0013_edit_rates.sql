-- Rates per token, of providers and of customer types, edited under the documents' names.

-- The three prices per token of a row: one for both ways stands where that way has none of its own.
create function faregate.with_token_prices(components jsonb, currency text, was numeric[], becomes numeric[]) returns jsonb
  language plpgsql immutable as $$
declare
  alike numeric := case when becomes[1] is distinct from was[1] then becomes[1] end;
  input numeric := case when becomes[2] is distinct from was[2] then becomes[2] else coalesce(alike, was[2]) end;
  output numeric := case when becomes[3] is distinct from was[3] then becomes[3] else coalesce(alike, was[3]) end;
begin
  if input is distinct from was[2] then
    components := faregate.with_price(components, faregate.component_of('input',
      faregate.price_text(input, 'price_per_input_token'), '1', currency));
  end if;
  if output is distinct from was[3] then
    components := faregate.with_price(components, faregate.component_of('output',
      faregate.price_text(output, 'price_per_output_token'), '1', currency));
  end if;
  return components;
end
$$;

create function faregate.edit_provider_rate() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  version faregate.price_version;
  had jsonb;
begin
  perform faregate.lock_book();
  if tg_op <> 'INSERT' then
    select * into strict version from faregate.price_version p where p.id = old.id;
    if not old.is_active or version.state <> 'approved' or version.valid_to <= clock_timestamp() then
      raise exception 'Version % of the rate for % is history, and stays as it is.', old.version, old.model
        using errcode = 'feature_not_supported', hint = 'Update or delete the active one.';
    end if;
  end if;
  if tg_op = 'DELETE' then
    perform faregate.end_version(version);
    return old;
  end if;
  if tg_op = 'INSERT' then
    select m.name, 'model' into version.subject_name, version.subject_kind
    from faregate.model m join faregate.provider v on v.id = m.provider_id
    where v.name = new.provider and m.model_id = new.model;
    if not found then
      raise exception 'There is no model "%" of a provider "%".', new.model, new.provider
        using errcode = 'foreign_key_violation', hint = 'Make it first: `faregate models create`.';
    end if;
    version.book := 'list';
    version.components := '[]';
    version.modifiers := '[]';
    version.attributes := '{}';
    version.pricing_type := 'standard';
    version.is_custom := false;
    version.valid_from := new.effective_from;
    -- The document's default, which stands for no price by request.
    if new.price_per_request = 0 and new.pricing_model is distinct from 'per_request' then
      new.price_per_request := null;
    end if;
    version.row_id := (
      select p.row_id from faregate.current_price p
      where p.book = 'list' and p.subject_kind = 'model' and p.subject_name = version.subject_name
      order by p.is_enabled desc, p.recorded_at desc limit 1
    );
  else
    perform faregate.kept('id', old.id::text, new.id::text);
    perform faregate.kept('provider', old.provider, new.provider);
    perform faregate.kept('model', old.model, new.model);
    if version.valid_from > clock_timestamp() then
      perform faregate.cancel_version(version);
      version.valid_from := new.effective_from;
    else
      version.valid_from := case when new.effective_from <> old.effective_from then new.effective_from end;
    end if;
    version.provenance := null;
  end if;
  if tg_op = 'INSERT' or faregate.currency_code(new.currency) <> version.currency then
    version.currency := faregate.currency_code(coalesce(new.currency, 'usd'));
    version.components := coalesce((select jsonb_agg(component || jsonb_build_object('currency', version.currency))
      from jsonb_array_elements(version.components) as each (component)), '[]');
  end if;
  had := version.components;
  version.components := faregate.with_token_prices(version.components, version.currency,
    array[old.price_per_token, old.price_per_input_token, old.price_per_output_token],
    array[new.price_per_token, new.price_per_input_token, new.price_per_output_token]);
  if new.price_per_request is distinct from old.price_per_request then
    version.components := faregate.with_price(version.components, faregate.component_of('request',
      faregate.price_text(new.price_per_request, 'price_per_request'), '1', version.currency));
  end if;
  if had is distinct from version.components then
    version.pricing_model := faregate.pricing_model_of(version.components);
  end if;
  if new.effective_to <= greatest(version.valid_from, clock_timestamp()) then
    raise exception 'A price must end after it begins, and later than now.'
      using errcode = 'check_violation', hint = 'To end it now, delete it.';
  end if;
  if tg_op = 'INSERT' or new.is_active is distinct from old.is_active then
    version.is_enabled := coalesce(new.is_active, true);
  end if;
  if tg_op = 'INSERT' or new.effective_to is distinct from old.effective_to then
    version.valid_to := new.effective_to;
    version.ends_with_next := false;
  end if;
  if new.notes is distinct from old.notes then
    version.notes := new.notes;
  end if;
  version := faregate.publish_row(version);
  select * into new from data.provider_rate p
  where p.provider = new.provider and p.model = new.model and p.id = version.id;
  return new;
end
$$;

create trigger edit instead of insert or update or delete on data.provider_rate
  for each row execute function faregate.edit_provider_rate();

create function faregate.edit_customer_type_rate() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  version faregate.price_version;
  had jsonb;
  customer_type text;
  provider text;
begin
  perform faregate.lock_book();
  if tg_op = 'DELETE' then
    perform faregate.end_row(old.id);
    return old;
  end if;
  if tg_op = 'INSERT' then
    select c.name into customer_type from faregate.customer_type c where c.id = new.customer_type_id;
    if not found then
      raise exception 'There is no customer type %.', coalesce(new.customer_type_id::text, 'without an id')
        using errcode = 'foreign_key_violation';
    end if;
    select p.subject_kind, p.subject_name into version.subject_kind, version.subject_name
    from faregate.price_version p where p.id = new.provider_rate_id;
    if not found then
      raise exception 'There is no provider rate %.', coalesce(new.provider_rate_id::text, 'without an id')
        using errcode = 'foreign_key_violation';
    end if;
    if exists (select from faregate.current_price p where p.book = 'customer_type' and p.is_enabled
      and p.owner_id = new.customer_type_id and p.subject_name = version.subject_name) then
      raise exception 'The customer type % has a rate for "%" already: update it.', customer_type, version.subject_name
        using errcode = 'unique_violation';
    end if;
    version.book := 'customer_type';
    version.owner_id := new.customer_type_id;
    version.currency := faregate.currency_code(coalesce(new.currency, 'usd'));
    version.components := '[]';
    version.modifiers := '[]';
    version.attributes := '{}';
    version.pricing_type := 'standard';
    version.is_custom := false;
    version.is_enabled := true;
  else
    select * into version from faregate.current_price p where p.row_id = old.id and p.is_enabled;
    if not found then
      perform faregate.refuse_the_gone(old.id::text);
    end if;
    perform faregate.kept('id', old.id::text, new.id::text);
    perform faregate.kept('customer_type_id', old.customer_type_id::text, new.customer_type_id::text);
    perform faregate.kept('provider_rate_id', old.provider_rate_id::text, new.provider_rate_id::text);
    version.valid_from := null;
    version.provenance := null;
    if faregate.currency_code(new.currency) <> version.currency then
      version.currency := faregate.currency_code(new.currency);
      version.components := (select jsonb_agg(component || jsonb_build_object('currency', version.currency))
        from jsonb_array_elements(version.components) as each (component));
    end if;
  end if;
  had := version.components;
  version.components := faregate.with_token_prices(version.components, version.currency,
    array[old.price_per_token, old.price_per_input_token, old.price_per_output_token],
    array[new.price_per_token, new.price_per_input_token, new.price_per_output_token]);
  if version.components = '[]' then
    select v.name, c.name into provider, customer_type
    from faregate.customer_type c left join faregate.model m on m.name = version.subject_name
    left join faregate.provider v on v.id = m.provider_id
    where c.id = version.owner_id;
    raise exception 'Pricing incomplete: provider=% model=% customer_type=%. At least one pricing field must be provided.',
      coalesce(provider, version.subject_kind), version.subject_name, customer_type using errcode = 'check_violation';
  end if;
  if had is distinct from version.components then
    version.pricing_model := faregate.pricing_model_of(version.components);
  end if;
  version := faregate.publish_row(version);
  select * into new from data.customer_type_rate p where p.id = version.row_id;
  return new;
end
$$;

create trigger edit instead of insert or update or delete on data.customer_type_rate
  for each row execute function faregate.edit_customer_type_rate();
