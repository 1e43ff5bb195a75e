// Responses: the fees of the tools are not in the usage, they are counted among the items of the output.
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { lastValues } from '#core/usage/last-values.ts';
import type { Normalized, Normalizer } from '#core/usage/normalizer.ts';
import { bodyOf, eventsIn, partOrWhole } from '#core/usage/payload.ts';
import type { Quantities } from '#core/usage/record.ts';
import { normalized } from '../openai-compatible/normalizers.ts';

export const normalizeResponse: Normalizer = (payload) => {
  const events = eventsIn(payload);
  const body = events ? finalResponse(events) : bodyOf(payload);
  const answer = isFields(body['response']) ? body['response'] : body;
  return withTools(normalized(partOrWhole(answer, 'usage'), answer, { endpoint: 'responses' }), answer);
};

/** Only the last events carry the response with its usage; what went before tells of each item as it was done. */
function finalResponse(events: readonly unknown[]): Fields {
  const items = events.filter(isFields);
  const response = lastValues(items.map((event) => event['response'])) ?? {};
  const done = items.filter((event) => event['type'] === 'response.output_item.done').map((event) => event['item']);
  const output = Array.isArray(response['output']) && response['output'].length > 0 ? response['output'] : done;
  return { ...response, usage: response['usage'] ?? null, output };
}

function withTools({ usage, facts }: Normalized, answer: Fields): Normalized {
  if (usage.status === 'missing' || usage.status === 'invalid') return { usage, facts };
  const tools = toolCalls(answer);
  if (Object.keys(tools).length === 0) return { usage, facts };
  return { usage: { ...usage, quantities: { ...usage.quantities, ...tools } }, facts };
}

/** Searches are billed; opening a page or finding on it is not. */
function toolCalls(answer: Fields): Quantities {
  const done = listOf(answer['output']).filter((item) => (wordOf(item, 'status') ?? 'completed') === 'completed');
  const called = (type: string) => done.filter((item) => item['type'] === type);
  const searches = called('web_search_call').filter(
    (item) => (wordOf(partOf(item, 'action'), 'type') ?? 'search') === 'search',
  );
  const containers = called('code_interpreter_call').map((item, index) => wordOf(item, 'container_id') ?? index);
  const counted = {
    web_search_call: searches.length,
    file_search_call: called('file_search_call').length,
    code_session: new Set(containers).size,
  };
  return Object.fromEntries(
    Object.entries(counted)
      .filter(([, count]) => count > 0)
      .map(([meter, count]) => [meter, String(count)]),
  );
}
