-- The simulator also draws, speaks and listens. Its prices are made up and say so.
insert into faregate.model (id, provider_id, model_id, name, kind, tokenizer, streams_all_output)
select ('5f000000-0000-4000-8000-0000000001' || lpad(number::text, 2, '0'))::uuid,
  '5f000000-0000-4000-8000-000000000001', model_id, 'sim/' || model_id, kind, 'bytes/4', false
from (values
  (31, 'image', 'image'),
  (32, 'speech', 'speech'),
  (33, 'transcribe', 'transcription')
) as simulated (number, model_id, kind);

insert into faregate.price_version
  (id, book, subject_kind, subject_name, currency, pricing_model, components, valid_from, author, provenance)
select ('5f000000-0000-4000-8000-0000000002' || lpad(number::text, 2, '0'))::uuid,
  'list', 'model', name, 'usd', 'per_unit', components::jsonb, '2026-01-01T00:00:00Z', 'faregate', 'made up for the simulator'
from (values
  (31, 'sim/image', '[{"meter":"image","price":"0.01","per":"1","currency":"usd"},{"meter":"image","price":"0.02","per":"1","currency":"usd","when":{"quality":["hd"]}}]'),
  (32, 'sim/speech', '[{"meter":"character","price":"10","per":"1000000","currency":"usd"}]'),
  (33, 'sim/transcribe', '[{"meter":"audio_second_in","price":"0.006","per":"60","currency":"usd"}]')
) as listed (number, name, components);
