// A response as its maker writes it, whole and as events.
export function responseObject(more: object = {}): object {
  return {
    id: 'resp_01',
    object: 'response',
    created_at: 1_767_225_600,
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: null,
    model: 'gpt',
    output: [],
    parallel_tool_calls: true,
    store: true,
    tool_choice: 'auto',
    tools: [],
    usage: {
      input_tokens: 3,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 2,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 5,
    },
    ...more,
  };
}

export function messageItem(text: string, status = 'completed'): object {
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  return { id: 'msg_01', type: 'message', status, role: 'assistant', content };
}

/** Each text is one event. */
export function responseEvents(pieces: readonly string[]): readonly string[] {
  const place = { item_id: 'msg_01', output_index: 0, content_index: 0 };
  const begun = responseObject({ status: 'in_progress', usage: null });
  const item = messageItem(pieces.join(''));
  const events: readonly (readonly [string, object])[] = [
    ['response.created', { response: begun }],
    ['response.in_progress', { response: begun }],
    ['response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } }],
    ['response.content_part.added', { ...place, part: { type: 'output_text', text: '', annotations: [] } }],
    ...pieces.map((delta) => ['response.output_text.delta', { ...place, delta, logprobs: [] }] as const),
    ['response.output_text.done', { ...place, text: pieces.join(''), logprobs: [] }],
    ['response.output_item.done', { output_index: 0, item }],
    ['response.completed', { response: responseObject({ output: [item] }) }],
  ];
  return events.map(([type, fields], sequence_number) => {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...fields })}\n\n`;
  });
}
