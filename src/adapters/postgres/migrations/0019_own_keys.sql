-- Customers who bring their own provider keys: whose organizations may, how they want it, and the two prices behind it.

alter table faregate.customer_type add column byok_allowed boolean not null default false;

-- Counts where the customer type allows it.
alter table faregate.organization add column byok_policy text not null default 'first'
  check (byok_policy in ('first', 'fallback', 'off'));

-- What is charged for a call by a customer's own key when no fee is published: nothing, in each currency; and what it
-- costs when the organization has listed no price: nobody knows. They are rows because receipts pin versions, and
-- cancelled because no name is priced by them.
insert into faregate.price_version
  (id, book, subject_kind, subject_name, currency, pricing_model, components, valid_from, valid_to, author, provenance, state)
select ('5f000000-0000-4000-8000-0000000003' || lpad(number::text, 2, '0'))::uuid, 'list', 'model', 'byok', code,
  'per_request', jsonb_build_array(jsonb_build_object('meter', 'request', 'price', '0', 'per', '1', 'currency', code)),
  '2020-01-01T00:00:00Z'::timestamptz, '2020-01-01T00:00:00Z'::timestamptz, 'faregate', 'no fee is published', 'cancelled'
from unnest(array['usd', 'eur', 'gbp', 'cny', 'aed', 'jpy', 'inr', 'krw', 'idr', 'vnd', 'credits'])
  with ordinality as listed (code, number)
union all
select '5f000000-0000-4000-8000-000000000400'::uuid, 'list', 'model', 'byok', 'usd', 'per_unit', '[]'::jsonb,
  '2020-01-01T00:00:00Z'::timestamptz, '2020-01-01T00:00:00Z'::timestamptz, 'faregate', 'the organization has listed no price', 'cancelled';
