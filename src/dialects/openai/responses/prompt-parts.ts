// Parts of a prompt whose tokens their bytes do not bound.
import { type Fields, listOf } from '#core/usage/counts.ts';
import { isSaid } from '../checks.ts';

interface Counted {
  images: number;
  attachments: number;
}

const boundedByBytes: ReadonlySet<unknown> = new Set(['input_text', 'output_text', 'text', 'refusal', 'summary_text']);

/** What lies with the provider may be as long as a context. */
export function promptParts(fields: Fields): Readonly<Counted> {
  const counted: Counted = { images: 0, attachments: 0 };
  if (isSaid(fields['previous_response_id'])) counted.attachments += 1;
  if (isSaid(fields['conversation'])) counted.attachments += 1;
  for (const item of listOf(fields['input'])) {
    if (item['type'] === 'item_reference') counted.attachments += 1;
    countParts(item['content'], counted);
    countParts(item['output'], counted);
    if (item['type'] === 'computer_call_output') counted.images += 1;
  }
  return counted;
}

function countParts(parts: unknown, counted: Counted): void {
  for (const { type } of listOf(parts)) {
    if (type === 'input_image') counted.images += 1;
    else if (!boundedByBytes.has(type) && type !== 'reasoning_text') counted.attachments += 1;
  }
}
