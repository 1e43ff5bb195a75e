-- The built-in provider, so that the first call needs no account anywhere. Its prices are made up and say so.
insert into faregate.provider (id, name, display_name, adapter, base_url)
values ('5f000000-0000-4000-8000-000000000001', 'sim', 'Simulator', 'simulator', 'simulator:/v1');

insert into faregate.model
  (id, provider_id, model_id, name, kind, context_window, max_output_tokens, default_output_tokens, tokenizer,
    streams_all_output)
select ('5f000000-0000-4000-8000-0000000001' || lpad(number::text, 2, '0'))::uuid,
  '5f000000-0000-4000-8000-000000000001', model_id, 'sim/' || model_id, kind, 1000000, max_output, default_output, 'bytes/4',
  streams_all_output
from (values
  (1, 'echo', 'chat', 100000, 4096, true),
  (2, 'cent', 'chat', 100000, 4096, true),
  (3, 'slow', 'chat', 100000, 4096, true),
  (4, 'shapes', 'chat', 100000, 4096, false),
  (5, 'embed', 'embedding', null, null, true)
) as simulated (number, model_id, kind, max_output, default_output, streams_all_output);

insert into faregate.price_version
  (id, book, subject_kind, subject_name, currency, pricing_model, components, valid_from, author, provenance)
select ('5f000000-0000-4000-8000-0000000002' || lpad(number::text, 2, '0'))::uuid,
  'list', 'model', name, 'usd', pricing_model, components::jsonb, '2026-01-01T00:00:00Z', 'faregate', 'made up for the simulator'
from (values
  (1, 'sim/echo', 'per_token', '[{"meter":"input","price":"1","per":"1000000","currency":"usd"},{"meter":"output","price":"2","per":"1000000","currency":"usd"}]'),
  (2, 'sim/cent', 'per_request', '[{"meter":"request","price":"0.01","per":"1","currency":"usd"}]'),
  (3, 'sim/slow', 'per_token', '[{"meter":"input","price":"1","per":"1000000","currency":"usd"},{"meter":"output","price":"2","per":"1000000","currency":"usd"}]'),
  (4, 'sim/shapes', 'per_token', '[{"meter":"input","price":"1.25","per":"1000000","currency":"usd"},{"meter":"cache_read","price":"0.125","per":"1000000","currency":"usd"},{"meter":"cache_write","price":"1.5","per":"1000000","currency":"usd"},{"meter":"output","price":"10","per":"1000000","currency":"usd"}]'),
  (5, 'sim/embed', 'per_token', '[{"meter":"input","price":"0.02","per":"1000000","currency":"usd"}]')
) as listed (number, name, pricing_model, components);
