// What a target changes of the request before it is quoted: a closed list, since a field may decide what is billed.
import type { Overrides } from './config.ts';
import { FieldReader, flag, type Problem, text, whole } from './fields.ts';

const outputTokensMax = 1_000_000_000;

type Check = (value: unknown, path: string, problems: Problem[]) => unknown;

const ratio =
  (min: number, max: number): Check =>
  (value, path, problems) => {
    if (typeof value === 'number' && value >= min && value <= max) return;
    problems.push({ path, message: `Write a number from ${min} to ${max}.` });
  };

const stops: Check = (value, path, problems) => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length <= 16 && list.every((each) => typeof each === 'string' && each.length <= 1_000)) return;
  problems.push({ path, message: 'Write a text, or a list of at most 16.' });
};

const params: Readonly<Record<string, Check>> = {
  temperature: ratio(0, 2),
  top_p: ratio(0, 1),
  top_k: whole(0, 1_000_000),
  presence_penalty: ratio(-2, 2),
  frequency_penalty: ratio(-2, 2),
  seed: whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  stop: stops,
  user: text(200),
  reasoning_effort: text(32),
  parallel_tool_calls: flag,
};

export function readOverrides(value: unknown, path: string, problems: Problem[]): Overrides {
  const fields = new FieldReader(value, path, problems);
  const model = fields.take('model', text(200));
  const limits = ['max_tokens', 'max_completion_tokens'].map((name) => fields.take(name, whole(1, outputTokensMax)));
  const said = Object.entries(params).flatMap(([name, check]): [string, string][] => {
    const json = fields.take(name, (each, at) => {
      check(each, at, problems);
      // Some dialects know it as a list only, and all of them know that.
      return JSON.stringify(name === 'stop' && typeof each === 'string' ? [each] : each);
    });
    return json === undefined ? [] : [[name, json]];
  });
  fields.end();
  const [limit, otherLimit] = limits;
  if (limit !== undefined && otherLimit !== undefined) {
    problems.push({ path: fields.pathOf('max_tokens'), message: 'Say one limit of the output, not two.' });
  }
  const outputLimit = limit ?? otherLimit;
  return {
    params: Object.fromEntries(said),
    ...(model === undefined ? undefined : { model }),
    ...(outputLimit === undefined ? undefined : { outputLimit }),
  };
}
