-- Organizations get the default prices and plans once; what they remove afterwards stays removed.
alter table faregate.organization add column onboarded_at timestamptz;

create index price_version_owner on faregate.price_version (owner_id) where owner_id is not null;
create index plan_organization on faregate.plan (organization_id);
