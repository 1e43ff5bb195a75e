-- What a provider allows one of its keys: said on the key, or by the plan that it belongs to.
alter table faregate.provider_key
  add column plan_id uuid references faregate.plan;
