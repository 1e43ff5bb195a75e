-- The simulator ranks documents, too: two made-up dollars a thousand units of search.
insert into faregate.model
  (id, provider_id, model_id, name, kind, context_window, tokenizer, streams_all_output)
values ('5f000000-0000-4000-8000-000000000190', '5f000000-0000-4000-8000-000000000001', 'rerank', 'sim/rerank', 'rerank',
  1000000, 'bytes/4', true);

insert into faregate.price_version
  (id, book, subject_kind, subject_name, currency, pricing_model, components, valid_from, author, provenance)
values ('5f000000-0000-4000-8000-000000000290', 'list', 'model', 'sim/rerank', 'usd', 'per_unit',
  '[{"meter":"search_unit","price":"2","per":"1000","currency":"usd"}]'::jsonb, '2026-01-01T00:00:00Z', 'faregate',
  'made up for the simulator');
