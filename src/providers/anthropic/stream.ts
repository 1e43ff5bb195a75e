// A stream: the beginning has the prompt and the only word about the cache's lifetimes, later counts are cumulative.
import { type Fields, isFields, partOf } from '#core/usage/counts.ts';
import { lastValues } from '#core/usage/last-values.ts';

export interface StreamUsage {
  readonly raw: Fields | null;
  /** The last word on the output came. */
  readonly ended: boolean;
}

export function streamUsage(events: readonly unknown[]): StreamUsage {
  const all = events.filter(isFields);
  const deltas = all.filter((event) => event['type'] === 'message_delta' && isFields(event['usage']));
  const begun = all
    .filter((event) => event['type'] === 'message_start')
    .map((event) => partOf(event, 'message')['usage']);
  const said = [...begun, ...deltas.map((event) => event['usage'])].filter(isFields);
  const last = lastValues(said);
  if (!last) return { raw: null, ended: false };
  const outputs = said.map((usage) => usage['output_tokens']).filter((count) => typeof count === 'number');
  const output_tokens = Math.max(...outputs);
  return { raw: outputs.length === 0 ? last : { ...last, output_tokens }, ended: deltas.length > 0 };
}
