import type { StreamedAnswer } from './chat-stream.ts';
import type { Part } from './choice.ts';
import type { JsonObject } from './fields.ts';
import type { Frame } from './reply.ts';
import { endedResponse, itemId, itemOf, outputOf, reasoningItem, responseHead, textPart } from './response-body.ts';

/** A response as typed events, each with its number. */
export function* responseFrames(answer: StreamedAnswer, body: JsonObject): Generator<Frame> {
  let number = 0;
  let atMs = 0;
  const frame = (tokens: number, ...events: readonly (readonly [string, JsonObject])[]): Frame => {
    const texts = events.map(([type, fields]) => {
      const data = JSON.stringify({ type, ...fields, sequence_number: number });
      number += 1;
      return `event: ${type}\ndata: ${data}\n\n`;
    });
    return { text: texts.join(''), tokens, atMs };
  };
  const response = responseHead(answer, body);
  yield frame(0, ['response.created', { response }], ['response.in_progress', { response }]);
  let output_index = 0;
  if (answer.counts.reasoning > 0) {
    const item = reasoningItem(answer, body);
    yield frame(
      0,
      ['response.output_item.added', { output_index, item }],
      ['response.output_item.done', { output_index, item }],
    );
    output_index += 1;
  }
  let before = 0;
  for (const [index, part] of (answer.choices[0]?.parts ?? []).entries()) {
    const id = itemId(answer, part, index);
    const place = { item_id: id, output_index, ...(part.kind === 'text' ? { content_index: 0 } : {}) };
    yield frame(0, ...opening(part, id, place));
    for (let start = 0; start < part.pieces.length; start += answer.burst) {
      const pieces = part.pieces.slice(start, start + answer.burst);
      atMs = Math.max(atMs, before * answer.paceMs);
      before += pieces.length;
      const delta = pieces.join('');
      const more = part.kind === 'text' ? { logprobs: [] } : {};
      yield frame(pieces.length, [deltaOf(part), { ...place, delta, ...more }]);
    }
    if (answer.end.kind !== 'done') break;
    const status = answer.choices[0]?.finish === 'length' ? 'incomplete' : 'completed';
    yield frame(0, ...closing(part, itemOf(part, { id, status }), place));
    output_index += 1;
  }
  if (answer.end.kind === 'nothing') return;
  if (answer.end.kind === 'error') {
    const { message, code, param } = answer.end.error;
    yield frame(0, ['error', { code, message, param }]);
    return;
  }
  const ended = { ...endedResponse(answer, body), output: outputOf(answer, body) };
  const type = answer.choices[0]?.finish === 'length' ? 'response.incomplete' : 'response.completed';
  yield frame(0, [type, { response: ended }]);
}

type Event = readonly [string, JsonObject];

function opening(part: Part, id: string, place: JsonObject): readonly Event[] {
  const item = itemOf({ ...part, pieces: [] }, { id, status: 'in_progress' });
  const { output_index } = place;
  if (part.kind !== 'text') return [['response.output_item.added', { output_index, item }]];
  return [
    ['response.output_item.added', { output_index, item: { ...item, content: [] } }],
    ['response.content_part.added', { ...place, part: textPart('') }],
  ];
}

function closing(part: Part, item: JsonObject, place: JsonObject): readonly Event[] {
  const text = part.pieces.join('');
  const done: Event = ['response.output_item.done', { output_index: place['output_index'], item }];
  if (part.kind === 'text') {
    return [
      ['response.output_text.done', { ...place, text, logprobs: [] }],
      ['response.content_part.done', { ...place, part: textPart(text) }],
      done,
    ];
  }
  if (part.plain === true) return [['response.custom_tool_call_input.done', { ...place, input: text }], done];
  return [['response.function_call_arguments.done', { ...place, name: part.name, arguments: text }], done];
}

function deltaOf(part: Part): string {
  if (part.kind === 'text') return 'response.output_text.delta';
  return part.plain === true ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta';
}
