-- The simulator judges texts, too: a made-up tenth of a cent for each request.
insert into faregate.model (id, provider_id, model_id, name, kind, tokenizer, streams_all_output)
values ('5f000000-0000-4000-8000-000000000141', '5f000000-0000-4000-8000-000000000001', 'moderation', 'sim/moderation',
  'moderation', 'bytes/4', true);

insert into faregate.price_version
  (id, book, subject_kind, subject_name, currency, pricing_model, components, valid_from, author, provenance)
values ('5f000000-0000-4000-8000-000000000241', 'list', 'model', 'sim/moderation', 'usd', 'per_request',
  '[{"meter":"request","price":"0.001","per":"1","currency":"usd"}]'::jsonb, '2026-01-01T00:00:00Z', 'faregate',
  'made up for the simulator');
