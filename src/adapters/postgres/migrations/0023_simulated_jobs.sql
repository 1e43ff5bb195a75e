-- Films and songs of the simulator: by the second and the resolution, and by the song.
insert into faregate.model (id, provider_id, model_id, name, kind, tokenizer, streams_all_output)
select ('5f000000-0000-4000-8000-0000000001' || lpad(number::text, 2, '0'))::uuid,
  '5f000000-0000-4000-8000-000000000001', model_id, 'sim/' || model_id, kind, 'bytes/4', true
from (values (21, 'video', 'video'), (22, 'music', 'music')) as simulated (number, model_id, kind);

insert into faregate.price_version
  (id, book, subject_kind, subject_name, currency, pricing_model, components, valid_from, author, provenance)
select ('5f000000-0000-4000-8000-0000000002' || lpad(number::text, 2, '0'))::uuid,
  'list', 'model', name, 'usd', 'per_unit', components::jsonb, '2026-01-01T00:00:00Z', 'faregate', 'made up for the simulator'
from (values
  (21, 'sim/video', '[{"meter":"video_second","price":"0.10","per":"1","currency":"usd","when":{"resolution":["720p"]}},{"meter":"video_second","price":"0.30","per":"1","currency":"usd","when":{"resolution":["1024p","1080p"]}}]'),
  (22, 'sim/music', '[{"meter":"song","price":"0.05","per":"1","currency":"usd"}]')
) as listed (number, name, components);
