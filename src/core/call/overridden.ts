// A call as one of its targets gets it: with what the configuration sets for that one.
import type { Overrides } from '../routing/config.ts';
import type { ModelCall } from './model-call.ts';
import { spliceFields } from './splice.ts';
import type { WireFormat } from './wire-format.ts';

type Fields = Readonly<Record<string, string>>;

const sampling: Fields = { temperature: 'temperature', top_p: 'top_p' };
const penalties: Fields = { presence_penalty: 'presence_penalty', frequency_penalty: 'frequency_penalty' };

/** Where each form of a call writes what a configuration may set. */
const fieldsOf: Readonly<Partial<Record<WireFormat, Fields>>> = {
  'chat-completions': {
    ...sampling,
    ...penalties,
    top_k: 'top_k',
    seed: 'seed',
    stop: 'stop',
    user: 'user',
    reasoning_effort: 'reasoning_effort',
    parallel_tool_calls: 'parallel_tool_calls',
  },
  completions: { ...sampling, ...penalties, seed: 'seed', stop: 'stop', user: 'user' },
  responses: { ...sampling, user: 'user', parallel_tool_calls: 'parallel_tool_calls' },
  messages: { ...sampling, top_k: 'top_k', stop: 'stop_sequences' },
};

/** The parameter that this form of a call has no field for, by name. */
export interface NoField {
  readonly kind: 'no-field';
  readonly param: string;
}

/** Parameters of chats mean nothing to other calls. */
export function overridden(call: ModelCall, { outputLimit, params: said }: Overrides): ModelCall | NoField {
  if (call.kind !== 'chat') return call;
  const limited = outputLimit === undefined ? call : { ...call, outputLimit };
  const entries = Object.entries(said);
  if (entries.length === 0) return limited;
  const edits = new Map<string, string>();
  for (const [param, json] of entries) {
    const field = fieldsOf[call.format]?.[param];
    if (field === undefined) return { kind: 'no-field', param };
    edits.set(field, json);
  }
  // No text has more than three bytes for each of its units; a bound is all that is made of it.
  const grown = [...edits].reduce((sum, [field, json]) => sum + field.length + 3 * json.length + 4, 0);
  const thinks = said['reasoning_effort'] !== undefined && said['reasoning_effort'] !== '"none"';
  return {
    ...limited,
    body: spliceFields(call.body, edits),
    bodyBytes: call.bodyBytes + grown,
    ...(thinks ? { thinksInSilence: true } : {}),
  };
}
