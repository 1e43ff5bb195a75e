// What changes in a body on its way to an upstream of this dialect; every other byte stays.
import type { ModelCall } from '#core/call/model-call.ts';
import type { FieldEdits } from '#core/call/splice.ts';
import { type DispensableField, mannersOf } from '#core/catalog/manners.ts';
import { isFields } from '#core/usage/counts.ts';
import type { ProviderRequestPlan } from '#ports/provider.ts';

export function editsFor(call: ModelCall, { target, outputLimit }: ProviderRequestPlan): FieldEdits {
  const { leavesOut } = mannersOf(target.provider);
  const changed = new Map<string, string | undefined>();
  for (const field of leavesOut) if (!written.has(field)) changed.set(field, undefined);
  changed.set('model', JSON.stringify(target.model));
  if (outputLimit !== undefined && call.format === 'completions') changed.set('max_tokens', String(outputLimit));
  else if (outputLimit !== undefined) {
    const { outputLimitField: asked } = call;
    const field = asked === undefined || leavesOut.has(asked) ? target.provider.outputLimitField : asked;
    changed.set(field, String(outputLimit));
    // A provider that reads the other one would not stop at what is held.
    changed.set(field === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens', undefined);
  }
  // Without it a stream ends without a word about its usage, unless the provider is one that tells it anyway.
  if (leavesOut.has('stream_options')) changed.set('stream_options', undefined);
  else if (call.streamed) {
    changed.set('stream_options', JSON.stringify({ ...call.streamOptions, include_usage: true }));
  }
  if (leavesOut.has('reasoning_content') && call.body.includes('"reasoning_content"')) {
    changed.set('messages', withoutThoughts(call.body));
  }
  return changed;
}

/** Where they stand is looked at apart. */
const written: ReadonlySet<DispensableField> = new Set([
  'max_tokens',
  'max_completion_tokens',
  'stream_options',
  'reasoning_content',
]);

function withoutThoughts(body: string): string {
  const { messages } = JSON.parse(body) as { readonly messages?: unknown };
  const left = Array.isArray(messages) ? messages.map(withoutThought) : messages;
  return JSON.stringify(left) ?? 'null';
}

function withoutThought(message: unknown): unknown {
  if (!isFields(message)) return message;
  const { reasoning_content: _thought, ...rest } = message;
  return rest;
}
