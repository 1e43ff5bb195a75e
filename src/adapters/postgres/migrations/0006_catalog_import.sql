-- What the catalogue's import has written, and nobody has changed since: the next import may change it, and only that.

alter table faregate.provider add column imported boolean not null default false;
alter table faregate.alias add column imported boolean not null default false;
alter table faregate.plan add column imported boolean not null default false;

-- Whoever changes an imported row makes it their own, by whatever way; the import itself says that it is one.
create function faregate.make_own() returns trigger language plpgsql as $$
begin
  if current_setting('faregate.importing', true) is distinct from 'yes'
    and (to_jsonb(new) - 'updated_at' - 'imported') is distinct from (to_jsonb(old) - 'updated_at' - 'imported') then
    new.imported := false;
  end if;
  return new;
end
$$;

create trigger provider_own before update on faregate.provider for each row execute function faregate.make_own();
create trigger model_own before update on faregate.model for each row execute function faregate.make_own();
create trigger alias_own before update on faregate.alias for each row execute function faregate.make_own();
create trigger plan_own before update on faregate.plan for each row execute function faregate.make_own();
