-- Calls are routed by configurations: a tree of nodes, and virtual keys that are mounted on them.
alter table faregate.virtual_key
  add column primary_config_node_id uuid references faregate.config_node,
  add column config_data jsonb not null default '{}',
  -- What the gateway acts on: the merge along the node's ancestors and the key's own.
  add column computed_config jsonb not null default '{}',
  -- What each ancestor limits for all keys below it, and why the key may not call if its configuration is no good.
  add column inherited jsonb not null default '{}',
  -- Beside updated_at, so that a change of an ancestor does not look like a change of the key.
  add column computed_at timestamptz;

create index virtual_key_config_node on faregate.virtual_key (primary_config_node_id);
create index virtual_key_computed on faregate.virtual_key (computed_at) where computed_at is not null;
create index config_node_dirty on faregate.config_node (id) where is_dirty;

-- Whoever writes a node, by the API or by SQL: it and all below it have to be computed again.
create function faregate.place_config_node() returns trigger language plpgsql security definer set search_path = faregate, pg_temp as $$
declare
  depth integer;
begin
  -- One at a time: two moves could each be right, and together make a circle.
  perform pg_advisory_xact_lock(hashtextextended('config tree', 0));
  with recursive above as (
    select new.parent_id as id, 1 as depth
    union all
    select n.parent_id, a.depth + 1 from above a join faregate.config_node n on n.id = a.id
    where n.parent_id is not null and a.id <> new.id and a.depth < 64
  )
  select case when bool_or(a.id = new.id) then -1 else max(a.depth) end into depth from above a;
  if depth < 0 then
    raise exception 'A config node cannot be below itself.' using errcode = 'check_violation';
  end if;
  if depth > 32 then
    raise exception 'Config nodes go no deeper than 32 levels.' using errcode = 'check_violation';
  end if;
  new.is_dirty := true;
  new.updated_at := greatest(clock_timestamp(), new.updated_at + interval '1 microsecond');
  return new;
end
$$;

create trigger config_node_placed before insert on faregate.config_node
  for each row execute function faregate.place_config_node();
create trigger config_node_moved before update of name, parent_id, config_data, is_active, mount_policy, description
  on faregate.config_node
  for each row execute function faregate.place_config_node();

create function faregate.mark_below_dirty() returns trigger language plpgsql security definer set search_path = faregate, pg_temp as $$
begin
  with recursive below as (
    select n.id from faregate.config_node n where n.parent_id = new.id
    union
    select n.id from below b join faregate.config_node n on n.parent_id = b.id
  )
  update faregate.config_node set is_dirty = true where id in (select id from below) and not is_dirty;
  perform pg_notify('faregate_change', 'callers');
  return null;
end
$$;

create trigger config_node_changed after insert or update of name, parent_id, config_data, is_active
  on faregate.config_node
  for each row execute function faregate.mark_below_dirty();

update faregate.config_node set is_dirty = true;

create or replace view data.virtual_key as
  select id, user_id, key_hash as virtual_key, name, description, is_active and revoked_at is null as is_active,
    null::uuid as key_type_id, key_prefix, primary_config_node_id, config_data,
    jsonb_build_object('limits', limits, 'allowed_models', to_jsonb(allowed_models)) || computed_config as computed_config,
    created_at, updated_at, organization_id, wallet_id
  from faregate.virtual_key;
