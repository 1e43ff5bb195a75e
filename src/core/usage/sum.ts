// Usages of one model that are billed one by one, such as the turns of a session, as one record.
import { Counts } from './counts.ts';
import { tokenUsage } from './record.ts';
import { cacheLifetimes, missingUsage, type Usage } from './usage.ts';

/** One that is invalid makes the sum so; one that nobody knows makes it a part. */
export function sumOfUsages(usages: readonly Usage[], source: Pick<Usage, 'normalizer'> & { raw: unknown }): Usage {
  const counts = new Counts();
  for (const flag of usages.flatMap((usage) => usage.flags)) counts.flags.add(flag);
  if (usages.some((usage) => usage.status === 'invalid')) counts.refuse('INVALID_COUNT');
  const known = usages.filter((usage) => usage.status === 'reported' || usage.status === 'partial');
  const sum = (part: (usage: Usage) => number | undefined) =>
    known.reduce((total, usage) => total + (part(usage) ?? 0), 0);
  const prompts = [...new Set(known.flatMap((usage) => namesIn(usage.prompt_tokens_details)))];
  const completions = [...new Set(known.flatMap((usage) => namesIn(usage.completion_tokens_details)))];
  if (known.length === 0 && !counts.invalid) return missingUsage({ ...source, flags: [...counts.flags] });
  const total = tokenUsage(
    {
      ...source,
      prompt: sum((usage) => usage.prompt_tokens),
      completion: sum((usage) => usage.completion_tokens),
      promptParts: Object.fromEntries(
        prompts.map((name) => [name, sum((usage) => usage.prompt_tokens_details?.[name])]),
      ),
      completionParts: Object.fromEntries(
        completions.map((name) => [name, sum((usage) => usage.completion_tokens_details?.[name])]),
      ),
      lifetimes: Object.fromEntries(
        cacheLifetimes.map((lifetime) => [lifetime, sum((usage) => usage.cache_creation?.[lifetime])]),
      ),
      subUsages: known.flatMap((usage) => usage.sub_usages ?? []),
    },
    counts,
  );
  const whole = known.length === usages.length && known.every((usage) => usage.status === 'reported');
  return whole || total.status === 'invalid' ? total : { ...total, status: 'partial' };
}

function namesIn<Details extends object>(details: Details | undefined): readonly (keyof Details)[] {
  const names: (keyof Details)[] = [];
  for (const name in details) names.push(name);
  return names;
}
