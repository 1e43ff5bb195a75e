-- Counters of what calls consume, for prices that depend on it: free units, brackets, volume. Units are numbered, each is
-- given to one call, and what a call did not use is given out again; so a counter is the set of its numbers that are taken.
create table faregate.unit_counter (
  scope text not null,
  period text not null,
  taken int8multirange not null,
  updated_at timestamptz not null,
  primary key (scope, period)
);

-- The units that a request was charged for, which its next word takes the place of.
alter table faregate.request_charge add column given jsonb not null default '[]';

grant select, insert, update on faregate.unit_counter to faregate_app;
