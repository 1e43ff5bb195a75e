// Whether what was recorded of a provider normalizes into a record that its own total agrees with, or says why not.
import { type Fields, isFields, partOf, wordOf } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import { normalizePayload, shapeNames } from '#providers/normalizers.ts';

/** `undefined` when nothing is wrong with it. */
export function payloadProblem(value: unknown): string | undefined {
  if (!isFields(value)) return 'not an object';
  const payload = 'body' in value ? value['body'] : value;
  const model = wordOf(value, 'model') ?? (isFields(payload) ? wordOf(payload, 'model') : undefined);
  const recognized = normalizePayload(payload, { model });
  if (recognized === undefined)
    return `none of the ${shapeNames.length} known shapes has these fields: ${namesIn(payload)}`;
  const problem = recordProblem(recognized.usage);
  return problem === undefined ? undefined : `${recognized.shape}: ${problem}`;
}

function recordProblem(usage: Usage): string | undefined {
  const broken = brokenPromise(usage);
  if (broken !== undefined) return broken;
  if (usage.flags.length > 0) return undefined;
  if (usage.status === 'invalid') return 'invalid, and no flag says why';
  if (usage.status === 'partial') return 'a part is missing, and no flag says which';
  const said = reportedTotal(usage.raw_usage);
  const billed = usage.total_tokens + (usage.sub_usages ?? []).reduce((sum, sub) => sum + sub.usage.total_tokens, 0);
  if (said === undefined || said === usage.total_tokens || said === billed) return undefined;
  return `the provider’s total is ${said}, the record’s ${usage.total_tokens}, and no flag says why`;
}

/** What holds of every record, whatever was reported. */
function brokenPromise(usage: Usage): string | undefined {
  if (usage.total_tokens !== usage.prompt_tokens + usage.completion_tokens) return 'the record does not add up';
  const cached = usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
  if (cached > usage.prompt_tokens) return `${cached} cached tokens of ${usage.prompt_tokens} in the prompt`;
  const thought = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  if (thought > usage.completion_tokens) return `${thought} tokens of reasoning in ${usage.completion_tokens}`;
  return undefined;
}

/** The provider’s own, read without the normalizer; where it reports none, what the exclusive counts add up to. */
function reportedTotal(raw: unknown): number | undefined {
  if (!isFields(raw)) return undefined;
  const total = ['total_tokens', 'totalTokens', 'totalTokenCount'].map((name) => raw[name]).find(isNumber);
  if (total !== undefined) return total;
  const billed = partOf(raw, 'billed_units');
  if (Object.keys(billed).length > 0) return sumOf(billed, ['input_tokens', 'output_tokens', 'image_tokens']);
  const compacted = JSON.stringify(raw['iterations'] ?? null).includes('"compaction"');
  return isNumber(raw['input_tokens']) && !compacted ? sumOf(raw, exclusive) : undefined;
}

const exclusive = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens', 'output_tokens'];

function sumOf(fields: Fields, names: readonly string[]): number | undefined {
  const counts = names.map((name) => fields[name]).filter(isNumber);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function namesIn(payload: unknown): string {
  return isFields(payload) ? Object.keys(payload).join(', ') || 'none' : typeof payload;
}
