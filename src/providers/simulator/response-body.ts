import type { ChatAnswer } from './chat-body.ts';
import type { Part } from './choice.ts';
import type { JsonObject } from './fields.ts';
import { CREATED_AT_S } from './model.ts';
import type { Counts } from './usage-shape.ts';

/** A response in one body. */
export function renderResponseBody(answer: ChatAnswer, body: JsonObject): string {
  return JSON.stringify({ ...endedResponse(answer, body), output: outputOf(answer, body) });
}

export function responseHead(answer: ChatAnswer, body: JsonObject): JsonObject {
  return {
    id: responseId(answer.id),
    object: 'response',
    created_at: CREATED_AT_S,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    metadata: body['metadata'] ?? {},
    model: answer.model,
    output: [],
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: body['previous_response_id'] ?? null,
    reasoning: body['reasoning'] ?? { effort: null, summary: null },
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: body['text'] ?? { format: { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_p: body['top_p'] ?? 1,
    truncation: body['truncation'] ?? 'disabled',
    usage: null,
  };
}

/** Without its output. */
export function endedResponse(answer: ChatAnswer, body: JsonObject): JsonObject {
  const short = answer.choices[0]?.finish === 'length';
  return {
    ...responseHead(answer, body),
    status: short ? 'incomplete' : 'completed',
    incomplete_details: short ? { reason: 'max_output_tokens' } : null,
    usage: usageOf(answer),
  };
}

/** Shapes that say nothing of usage, or zeros, say so here too. */
function usageOf({ counts, shape }: ChatAnswer): JsonObject | null {
  const said = shape.usage(counts);
  if (said === undefined || said === null) return null;
  if (said['total_tokens'] === 0) return responseUsage({ prompt: 0, cached: 0, visible: 0, reasoning: 0 });
  return responseUsage('prompt_tokens_details' in said ? counts : { ...counts, cached: 0 });
}

function responseUsage({ prompt, cached, visible, reasoning }: Counts): JsonObject {
  return {
    input_tokens: prompt,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: 0 },
    output_tokens: visible + reasoning,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: prompt + visible + reasoning,
  };
}

/** A model that thinks says so first; what it thought is sealed, and shown only to those who ask for it. */
export function outputOf(answer: ChatAnswer, body: JsonObject): readonly JsonObject[] {
  const parts = answer.choices[0]?.parts ?? [];
  const status = answer.choices[0]?.finish === 'length' ? 'incomplete' : 'completed';
  const thought = answer.counts.reasoning > 0 ? [reasoningItem(answer, body)] : [];
  return [...thought, ...parts.map((part, index) => itemOf(part, { id: itemId(answer, part, index), status }))];
}

export function reasoningItem({ id }: ChatAnswer, { include }: JsonObject): JsonObject {
  const wanted = Array.isArray(include) && include.includes('reasoning.encrypted_content');
  const sealed = wanted ? { encrypted_content: `sealed-${id}` } : {};
  return { id: `rs_${bare(id)}`, type: 'reasoning', summary: [], ...sealed };
}

export function itemId({ id }: ChatAnswer, part: Part, index: number): string {
  const prefix = part.kind === 'text' ? 'msg' : part.plain === true ? 'ctc' : 'fc';
  return `${prefix}_${bare(id)}_${index}`;
}

export function itemOf(part: Part, { id, status }: { readonly id: string; readonly status: string }): JsonObject {
  const text = part.pieces.join('');
  if (part.kind === 'text') {
    return { id, type: 'message', status, role: 'assistant', content: [textPart(text)] };
  }
  const called = { id, call_id: part.id, name: part.name, status };
  if (part.plain === true) return { ...called, type: 'custom_tool_call', input: text };
  return { ...called, type: 'function_call', arguments: text };
}

export function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function responseId(id: string): string {
  return `resp_${bare(id)}`;
}

function bare(id: string): string {
  return id.slice(id.indexOf('-') + 1);
}
