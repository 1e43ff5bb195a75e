// The output of a response that is cut off, put together from the events that its caller has read.
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { type NumberedEvents } from './events.ts';

export interface OutputSoFar {
  /** As the provider began it. */
  readonly response: Fields;
  readonly output: readonly Fields[];
  readonly nextNumber: number;
  /** Ends what is still open. */
  close(events: NumberedEvents): string;
}

interface Item {
  item: Fields;
  text: string;
  done: boolean;
}

export function outputSoFar(events: readonly Fields[]): OutputSoFar {
  const items = new Map<number, Item>();
  let response: Fields = {};
  let nextNumber = 0;
  for (const event of events) {
    const { output_index: index, sequence_number: number } = event;
    if (typeof number === 'number') nextNumber = number + 1;
    if (isFields(event['response'])) response = event['response'];
    if (typeof index !== 'number') continue;
    if (isFields(event['item'])) {
      items.set(index, { item: event['item'], text: '', done: event['type'] === 'response.output_item.done' });
      continue;
    }
    const open = items.get(index);
    if (open) open.text += wordOf(event, 'delta') ?? '';
  }
  const inOrder = [...items].toSorted(([left], [right]) => left - right);
  return {
    response,
    nextNumber,
    output: inOrder.map(([, item]) => endedItem(item)),
    close: (numbered) => inOrder.map(([index, item]) => (item.done ? '' : closing(index, item, numbered))).join(''),
  };
}

function closing(index: number, open: Item, events: NumberedEvents): string {
  const item = endedItem(open);
  const place = { item_id: item['id'], output_index: index };
  const ended = () => events.event('response.output_item.done', { output_index: index, item });
  switch (item['type']) {
    case 'message': {
      const [part] = listOf(item['content']);
      if (!part) return ended();
      const within = { ...place, content_index: 0 };
      return (
        events.event('response.output_text.done', { ...within, text: open.text, logprobs: [] }) +
        events.event('response.content_part.done', { ...within, part }) +
        ended()
      );
    }
    case 'function_call':
      return events.event('response.function_call_arguments.done', { ...place, arguments: open.text }) + ended();
    case 'custom_tool_call':
      return events.event('response.custom_tool_call_input.done', { ...place, input: open.text }) + ended();
    default:
      return ended();
  }
}

function endedItem({ item, text, done }: Item): Fields {
  if (done) return item;
  switch (item['type']) {
    case 'message': {
      const part = { type: 'output_text', text, annotations: [], logprobs: [] };
      return { ...item, status: 'incomplete', content: text === '' ? [] : [part] };
    }
    case 'function_call':
      return { ...item, status: 'incomplete', arguments: text };
    case 'custom_tool_call':
      return { ...item, status: 'incomplete', input: text };
    case 'reasoning':
      return { ...item, summary: text === '' ? partOf(item)['summary'] : [{ type: 'summary_text', text }] };
    default:
      return { ...item, status: 'incomplete' };
  }
}
