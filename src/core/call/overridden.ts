// A call as one of its targets gets it: with what the configuration sets for that one.
import type { Overrides } from '../routing/config.ts';
import type { ModelCall } from './model-call.ts';
import { spliceFields } from './splice.ts';

/** The parameter that the caller's dialect has no field for, by name. */
export interface NoField {
  readonly kind: 'no-field';
  readonly param: string;
}

/** `fieldNames`: where the caller's dialect writes each parameter. Parameters of chats mean nothing to other calls. */
export function overridden(
  call: ModelCall,
  { outputLimit, params: said }: Overrides,
  fieldNames: Readonly<Record<string, string>>,
): ModelCall | NoField {
  if (call.kind !== 'chat') return call;
  const limited = outputLimit === undefined ? call : { ...call, outputLimit };
  const entries = Object.entries(said);
  if (entries.length === 0) return limited;
  const edits = new Map<string, string>();
  for (const [param, json] of entries) {
    const field = fieldNames[param];
    if (field === undefined) return { kind: 'no-field', param };
    edits.set(field, json);
  }
  // No text has more than three bytes for each of its units; a bound is all that is made of it.
  const grown = [...edits].reduce((sum, [field, json]) => sum + field.length + 3 * json.length + 4, 0);
  return { ...limited, body: spliceFields(call.body, edits), bodyBytes: call.bodyBytes + grown };
}
