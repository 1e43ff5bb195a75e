-- INSERT, UPDATE and DELETE on the price book under the documents' names. Each writes immutable versions, as publishing
-- does: the one before ends now, and receipts keep the one that they were computed with. The functions behind the views
-- work as their owner, so faregate_operator needs nothing but the views.

create function faregate.sql_actor() returns text language sql stable
  return coalesce(nullif(current_setting('faregate.actor', true), ''), 'sql:' || session_user::text);

create function faregate.log_edit(action text, subject text, before jsonb, after jsonb) returns void
  language plpgsql as $$
begin
  insert into faregate.audit_log (actor, action, subject, before, after)
  values (faregate.sql_actor(), action, subject, before, after);
  perform pg_notify('faregate_change', 'catalog');
end
$$;

-- A price as its text is kept: plain, not negative, of at most 60 characters.
create function faregate.price_text(amount numeric, field text) returns text language plpgsql immutable as $$
declare
  written text := trim_scale(amount)::text;
begin
  if amount is null then
    return null;
  end if;
  if amount < 0 or amount in ('NaN', 'Infinity', '-Infinity') or length(written) > 60 then
    raise exception '% must be a decimal of at most 60 characters, zero or more, and not %.', field, amount
      using errcode = 'check_violation';
  end if;
  return written;
end
$$;

create function faregate.currency_code(given text) returns text language plpgsql stable as $$
declare
  asked text := case lower(given) when 'rmb' then 'cny' when 'credit' then 'credits' else lower(given) end;
begin
  if not exists (select from faregate.currency c where c.code = asked) then
    raise exception 'Unknown currency "%".', given using errcode = 'foreign_key_violation';
  end if;
  return asked;
end
$$;

-- Sets or, without a price, takes away what holds under just this condition; everything else stays as it is.
create function faregate.with_price(components jsonb, component jsonb) returns jsonb language plpgsql immutable as $$
declare
  condition jsonb := coalesce(component -> 'when', '{}');
  each jsonb;
  result jsonb := '[]';
  placed boolean := false;
  tiers boolean := false;
begin
  for each in select value from jsonb_array_elements(components) loop
    if each ->> 'meter' is distinct from component ->> 'meter' then
      result := result || jsonb_build_array(each);
    elsif coalesce(each -> 'when', '{}') = condition then
      placed := true;
      if component ->> 'price' is not null then
        result := result || jsonb_build_array(each || component);
      end if;
    else
      tiers := tiers or each -> 'when' ? 'prompt_tokens';
      result := result || jsonb_build_array(each);
    end if;
  end loop;
  if placed or component ->> 'price' is null then
    return result;
  end if;
  if tiers then
    raise exception 'The price of "%" depends on the size of the prompt, which one number cannot say.', component ->> 'meter'
      using errcode = 'feature_not_supported', hint = 'Publish it with `faregate prices publish --file`.';
  end if;
  return result || jsonb_build_array(component);
end
$$;

create function faregate.component_of(meter text, price text, per text, currency text) returns jsonb
  language sql immutable
  return jsonb_build_object('meter', meter, 'price', price, 'per', per, 'currency', currency);

-- By tokens when they are known, otherwise by request, wherever both are listed and nothing else is.
create function faregate.pricing_model_of(components jsonb) returns text language sql immutable as $$
  select case
    when bool_or(not faregate.is_token_meter(meter) and not faregate.is_tool_meter(meter) and meter <> 'request')
      then 'per_unit'
    when bool_or(meter = 'request') and bool_or(faregate.is_token_meter(meter)) then 'hybrid'
    when bool_or(meter = 'request') then 'per_request'
    when bool_or(faregate.is_token_meter(meter)) then 'per_token'
    else 'per_unit' end
  from (select component ->> 'meter' as meter from jsonb_array_elements(components) as each (component)) as listed
$$;

-- The lock that everybody takes who writes prices, before anything is read: one who edits waits for the other, reads what
-- that one has written, and changes only what it was told to change.
create function faregate.lock_book() returns void
  language sql as $$ select pg_advisory_xact_lock(hashtextextended('faregate price book', 0)) $$;

create function faregate.refuse_the_gone(name text) returns void language plpgsql as $$
begin
  raise exception 'The price of "%" has been taken away meanwhile.', name using errcode = 'serialization_failure';
end
$$;

-- The version that takes the place of the one before: of the same row, and of the same name, which has one price at a time.
create function faregate.publish_row(version faregate.price_version) returns faregate.price_version language plpgsql as $$
declare
  begins timestamptz;
  following timestamptz;
  before faregate.price_version;
  -- One that ends as it begins is over: it is kept, and takes no place.
  is_over constant boolean := (version.valid_to = version.valid_from) is true;
  takes_place constant boolean := version.is_enabled and not is_over;
begin
  if jsonb_array_length(version.components) = 0 then
    raise exception 'A price needs at least one component: 0 is the price of what is free.'
      using errcode = 'check_violation';
  end if;
  -- The end that it has itself; the next one may be another one now.
  if version.ends_with_next then
    version.valid_to := version.published_valid_to;
  end if;
  version.ends_with_next := false;
  -- Whole milliseconds, as the clocks of the processes that read it count.
  begins := date_trunc('milliseconds', clock_timestamp());
  -- A past in which another version has charged is never priced anew.
  if version.valid_from is null or (version.valid_from < begins and exists (
    select from faregate.price_version p
    where (p.book, p.subject_kind, p.subject_name) = (version.book, version.subject_kind, version.subject_name)
      and p.owner_id is not distinct from version.owner_id and p.state = 'approved' and p.is_enabled
      and p.valid_from < begins and (p.valid_to is null or p.valid_to > version.valid_from)
  )) then
    version.valid_from := begins;
  end if;
  if is_over then
    version.valid_from := begins;
    version.valid_to := begins;
  end if;
  version.id := gen_random_uuid();
  version.row_id := coalesce(version.row_id, version.id);
  version.recorded_at := clock_timestamp();
  version.author := faregate.sql_actor();
  version.state := 'approved';
  version.superseded_at := null;
  version.provenance := coalesce(version.provenance, 'SQL');

  for before in
    select * from faregate.price_version p
    where (p.book, p.subject_kind, p.subject_name) = (version.book, version.subject_kind, version.subject_name)
      and p.owner_id is not distinct from version.owner_id and p.state = 'approved'
      and (p.row_id = version.row_id or (p.is_enabled and takes_place))
      and p.valid_from <= version.valid_from and (p.valid_to is null or p.valid_to > version.valid_from)
    order by p.is_enabled, p.valid_from
  loop
    update faregate.price_version set valid_to = version.valid_from, ends_with_next = takes_place where id = before.id;
    version.predecessor_id := before.id;
  end loop;
  select min(p.valid_from) into following from faregate.price_version p
  where (p.book, p.subject_kind, p.subject_name) = (version.book, version.subject_kind, version.subject_name)
    and p.owner_id is not distinct from version.owner_id and p.state = 'approved' and p.is_enabled
    and p.valid_from > version.valid_from and (p.valid_to is null or p.valid_to > p.valid_from);
  if takes_place and version.valid_to > following then
    raise exception 'Another price of "%" begins at %.', version.subject_name, following
      using errcode = 'exclusion_violation';
  end if;
  if version.valid_to <= version.valid_from and not is_over then
    raise exception 'A price must end after it begins, and what is over stays as it is.'
      using errcode = 'check_violation';
  end if;
  if takes_place and version.valid_to is null and following is not null then
    version.valid_to := following;
    version.ends_with_next := true;
  end if;
  insert into faregate.price_version (
    id, row_id, book, owner_id, subject_kind, subject_name, currency, pricing_model, pricing_type, components, modifiers,
    attributes, is_custom, is_enabled, notes, valid_from, valid_to, ends_with_next, recorded_at, predecessor_id, author,
    provenance
  ) values (
    version.id, version.row_id, version.book, version.owner_id, version.subject_kind, version.subject_name,
    version.currency, version.pricing_model, version.pricing_type, version.components, version.modifiers,
    version.attributes, version.is_custom, version.is_enabled, version.notes, version.valid_from, version.valid_to,
    version.ends_with_next, version.recorded_at, version.predecessor_id, version.author, version.provenance
  );
  perform faregate.log_edit('price_version.publish', 'price_version:' || version.id, to_jsonb(before), to_jsonb(version));
  return version;
end
$$;

-- It does not come, and the one that was to end where it begins goes on as if it had never been.
create function faregate.cancel_version(cancelled faregate.price_version) returns void language plpgsql as $$
declare
  following timestamptz;
begin
  update faregate.price_version set state = 'cancelled' where id = cancelled.id;
  if not cancelled.is_enabled then
    return;
  end if;
  select min(p.valid_from) into following from faregate.price_version p
  where (p.book, p.subject_kind, p.subject_name) = (cancelled.book, cancelled.subject_kind, cancelled.subject_name)
    and p.owner_id is not distinct from cancelled.owner_id and p.state = 'approved' and p.is_enabled
    and p.valid_from > cancelled.valid_from and (p.valid_to is null or p.valid_to > p.valid_from);
  update faregate.price_version p
  set valid_to = least(p.published_valid_to, following),
    ends_with_next = coalesce(following < p.published_valid_to, following is not null)
  where (p.book, p.subject_kind, p.subject_name) = (cancelled.book, cancelled.subject_kind, cancelled.subject_name)
    and p.owner_id is not distinct from cancelled.owner_id and p.state = 'approved' and p.is_enabled
    and p.valid_to = cancelled.valid_from and p.valid_from < p.valid_to
    and p.published_valid_to is distinct from p.valid_to;
end
$$;

-- What was to come does not; what counts ends now.
create function faregate.end_version(ended faregate.price_version) returns void language plpgsql as $$
declare
  moment timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  if ended.valid_from > moment then
    perform faregate.cancel_version(ended);
  else
    update faregate.price_version set valid_to = moment, ends_with_next = false where id = ended.id;
  end if;
  perform faregate.log_edit('price_version.end', 'price_version:' || ended.id, to_jsonb(ended), null);
end
$$;

create function faregate.end_row(ended_row uuid) returns void language plpgsql as $$
declare
  ended faregate.price_version;
begin
  for ended in
    select * from faregate.price_version
    where row_id = ended_row and state = 'approved' and (valid_to is null or valid_to > clock_timestamp())
    order by valid_from desc
  loop
    perform faregate.end_version(ended);
  end loop;
end
$$;

create function faregate.kept(field text, was text, becomes text) returns void language plpgsql immutable as $$
begin
  if was is distinct from becomes then
    raise exception '% stays % for as long as the row is there.', field, coalesce(was, 'empty')
      using errcode = 'feature_not_supported', hint = 'Insert another row, and delete this one.';
  end if;
end
$$;

-- What a new name is the price of: an alias, a model, or a model that the provider has and the catalogue did not know.
create function faregate.subject_of(name text, provider_name text) returns text language plpgsql as $$
declare
  known text;
  provider faregate.provider;
  model faregate.model;
begin
  if exists (select from faregate.alias a where a.name = subject_of.name) then
    return 'alias';
  end if;
  select v.name into known from faregate.model m join faregate.provider v on v.id = m.provider_id
  where m.name = subject_of.name;
  if known = provider_name then
    return 'model';
  elsif known is not null then
    raise exception '"%" is a model of %, not of %.', name, known, provider_name using errcode = 'check_violation';
  end if;
  select * into provider from faregate.provider v where v.name = provider_name;
  if provider.id is null then
    raise exception 'There is no provider "%".', provider_name
      using errcode = 'foreign_key_violation', hint = 'Make it first: `faregate providers create`.';
  end if;
  insert into faregate.model (id, provider_id, model_id, name) values (gen_random_uuid(), provider.id, name, name)
  returning * into model;
  perform faregate.log_edit('model.create', 'model:' || model.id, null, to_jsonb(model));
  return 'model';
end
$$;

create function faregate.edit_model_pricing() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  version faregate.price_version;
  had jsonb;
  listed_by text;
begin
  perform faregate.lock_book();
  if tg_op = 'DELETE' then
    perform faregate.end_row(old.id);
    return old;
  end if;
  if tg_op = 'INSERT' then
    if new.model_name is null or new.provider is null then
      raise exception 'model_name and provider must be given.' using errcode = 'not_null_violation';
    end if;
    version.book := 'list';
    version.subject_name := new.model_name;
    version.subject_kind := faregate.subject_of(new.model_name, new.provider);
    -- What the catalogue's import has listed is there to be replaced; what a person has set is not.
    select p.row_id, p.author into version.row_id, listed_by
    from faregate.current_price p join public.model_pricing shown on shown.id = p.row_id
    where p.book = 'list' and shown.model_name = new.model_name
    order by p.is_enabled desc, p.recorded_at desc limit 1;
    if listed_by <> 'catalog' then
      raise exception 'model_pricing has a row for "%" already: update it.', new.model_name
        using errcode = 'unique_violation';
    end if;
    version.currency := 'usd';
    version.components := '[]';
    version.modifiers := '[]';
    version.attributes := '{}';
    version.pricing_type := 'standard';
  else
    select * into version from faregate.current_price p where p.row_id = old.id order by p.recorded_at desc limit 1;
    if not found then
      perform faregate.refuse_the_gone(old.model_name);
    end if;
    perform faregate.kept('id', old.id::text, new.id::text);
    perform faregate.kept('model_name', old.model_name, new.model_name);
    perform faregate.kept('provider', old.provider, new.provider);
    version.valid_from := null;
    version.provenance := null;
  end if;
  had := version.components;
  if new.price_per_1k_input_tokens is distinct from old.price_per_1k_input_tokens then
    version.components := faregate.with_price(version.components, faregate.component_of('input',
      faregate.price_text(new.price_per_1k_input_tokens, 'price_per_1k_input_tokens'), '1000', 'usd'));
  end if;
  if new.price_per_1k_output_tokens is distinct from old.price_per_1k_output_tokens then
    version.components := faregate.with_price(version.components, faregate.component_of('output',
      faregate.price_text(new.price_per_1k_output_tokens, 'price_per_1k_output_tokens'), '1000', 'usd'));
  end if;
  if new.price_per_request is distinct from old.price_per_request then
    version.components := faregate.with_price(version.components, faregate.component_of('request',
      faregate.price_text(new.price_per_request, 'price_per_request'), '1', 'usd'));
    -- It was said, and is not made of the tokens' prices any more.
    version.attributes := version.attributes - 'price_per_request_is_typical';
  end if;
  if had is distinct from version.components then
    if version.currency <> 'usd' then
      raise exception 'The price of "%" is in %, and model_pricing is in dollars.', new.model_name, version.currency
        using errcode = 'feature_not_supported', hint = 'Update data.provider_rate, which has a currency.';
    end if;
    version.pricing_model := faregate.pricing_model_of(version.components);
  end if;
  if tg_op = 'INSERT' or new.is_custom is distinct from old.is_custom then
    version.is_custom := coalesce(new.is_custom, false);
  end if;
  if tg_op = 'INSERT' or new.is_active is distinct from old.is_active then
    version.is_enabled := coalesce(new.is_active, true);
  end if;
  if new.notes is distinct from old.notes then
    version.notes := new.notes;
  end if;
  version := faregate.publish_row(version);
  select * into new from public.model_pricing p where p.model_name = version.subject_name;
  return new;
end
$$;

create trigger edit instead of insert or update or delete on public.model_pricing
  for each row execute function faregate.edit_model_pricing();
