// A response around its output: what was asked is told back, as this dialect's clients expect it.
import type { StopReason } from '#core/call/chat.ts';
import { type Fields, isFields, listOf, partOf } from '#core/usage/counts.ts';
import type { Speaking } from '#ports/dialect.ts';
import { isSaid } from '../checks.ts';

export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete' | 'failed';

/** Why a response is not complete; `undefined` when it is. */
const shortfalls = {
  end: undefined,
  length: 'max_output_tokens',
  'tool-calls': undefined,
  'stop-sequence': undefined,
  refusal: 'content_filter',
  pause: undefined,
} as const satisfies Record<StopReason, string | undefined>;

export function endOf(stop: StopReason): {
  readonly status: ResponseStatus;
  readonly incomplete_details: Fields | null;
} {
  const reason = shortfalls[stop];
  if (reason === undefined) return { status: 'completed', incomplete_details: null };
  return { status: 'incomplete', incomplete_details: { reason } };
}

export interface Asked {
  readonly head: Fields;
  /** Tools that take plain text. */
  readonly plainTools: ReadonlySet<string>;
}

export function askedIn({ call, requestId, startedAt }: Speaking): Asked {
  const parsed: unknown = JSON.parse(call.body);
  const fields = isFields(parsed) ? parsed : {};
  const said = (name: string, otherwise: unknown): unknown => (isSaid(fields[name]) ? fields[name] : otherwise);
  const reasoning = partOf(fields, 'reasoning');
  const head = {
    id: `resp_${shortId(requestId)}`,
    object: 'response',
    created_at: Math.floor(startedAt / 1000),
    background: false,
    error: null,
    instructions: said('instructions', null),
    max_output_tokens: said('max_output_tokens', null),
    max_tool_calls: said('max_tool_calls', null),
    metadata: said('metadata', {}),
    model: call.name,
    parallel_tool_calls: said('parallel_tool_calls', true),
    previous_response_id: null,
    reasoning: { effort: reasoning['effort'] ?? null, summary: reasoning['summary'] ?? null },
    service_tier: 'default',
    store: false,
    temperature: said('temperature', null),
    text: said('text', { format: { type: 'text' } }),
    tool_choice: said('tool_choice', 'auto'),
    tools: said('tools', []),
    top_p: said('top_p', null),
    truncation: 'disabled',
    user: said('user', null),
  };
  const plain = listOf(fields['tools']).flatMap(({ type, name }) =>
    type === 'custom' && typeof name === 'string' ? [name] : [],
  );
  return { head, plainTools: new Set(plain) };
}

export function shortId(requestId: string): string {
  return requestId.replaceAll('-', '');
}
