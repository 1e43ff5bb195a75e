-- A correction goes on counting where the version that was wrong stopped: units that are numbered stay numbered.
alter table faregate.price_version
  -- The version under whose id its volume prices count; its own unless said.
  add column counted_as uuid references faregate.price_version;
