// The usage of many calls as that of one: every count is the sum of theirs, so that prices by the unit come to the same.
import { shiftDecimal } from '../money/decimal-text.ts';
import type { UnitMeter } from './meter.ts';
import type { SubUsage, Usage } from './usage.ts';

type Counted = Readonly<Record<string, number>>;

export interface SummedUsage {
  /** Calls that are billed, and whose usage is known. */
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  usage(said: { readonly normalizer: Usage['normalizer']; readonly raw: unknown; readonly rest?: Rest }): Usage;
}

/** What is billed and was not told, as far as anyone knows. */
export interface Rest {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Adds up one by one, and keeps none of them. */
export class UsageSum implements SummedUsage {
  calls = 0;
  promptTokens = 0;
  completionTokens = 0;
  #cached = 0;
  #written = 0;
  readonly #prompt = new Map<string, number>();
  readonly #completion = new Map<string, number>();
  readonly #lifetimes = new Map<string, number>();
  readonly #quantities = new Map<string, string>();
  readonly #inside = new Map<string, UsageSum>();
  readonly #flags = new Set<string>();
  #partial = false;

  add(usage: Usage): void {
    this.calls += 1;
    this.promptTokens += usage.prompt_tokens;
    this.completionTokens += usage.completion_tokens;
    this.#cached += usage.cache_read_input_tokens;
    this.#written += usage.cache_creation_input_tokens;
    addCounts(this.#prompt, { ...usage.prompt_tokens_details });
    addCounts(this.#completion, { ...usage.completion_tokens_details });
    addCounts(this.#lifetimes, { ...usage.cache_creation });
    for (const [meter, quantity] of Object.entries({ request: '1', ...usage.quantities })) {
      this.#quantities.set(meter, plusDecimal(this.#quantities.get(meter) ?? '0', quantity));
    }
    for (const { model, usage: within } of usage.sub_usages ?? []) {
      const sum = this.#inside.get(model) ?? new UsageSum();
      this.#inside.set(model, sum);
      // Work inside a call is no request, unless it says so.
      sum.add({ ...within, quantities: { request: '0', ...within.quantities } });
    }
    for (const flag of usage.flags) this.#flags.add(flag);
    if (usage.status !== 'reported') this.#partial = true;
  }

  usage({ normalizer, raw, rest }: Parameters<SummedUsage['usage']>[0]): Usage {
    const prompt_tokens = this.promptTokens + (rest?.promptTokens ?? 0);
    const completion_tokens = this.completionTokens + (rest?.completionTokens ?? 0);
    const total_tokens = prompt_tokens + completion_tokens;
    const request = plusDecimal(this.#quantities.get('request') ?? '0', String(rest?.calls ?? 0));
    const quantities: Readonly<Partial<Record<UnitMeter, string>>> = {
      ...Object.fromEntries(this.#quantities),
      request,
    };
    const inside = [...this.#inside].map(([model, sum]): SubUsage => ({
      model,
      usage: sum.usage({ normalizer, raw: null }),
    }));
    return {
      usage_unit: 'token',
      usage_quantity: String(total_tokens),
      prompt_tokens,
      completion_tokens,
      total_tokens,
      ...(this.#prompt.size > 0 && { prompt_tokens_details: Object.fromEntries(this.#prompt) }),
      ...(this.#completion.size > 0 && { completion_tokens_details: Object.fromEntries(this.#completion) }),
      cache_read_input_tokens: this.#cached,
      cache_creation_input_tokens: this.#written,
      ...(this.#lifetimes.size > 0 && { cache_creation: Object.fromEntries(this.#lifetimes) }),
      quantities,
      ...(inside.length > 0 && { sub_usages: inside }),
      status: this.#partial || rest !== undefined ? 'partial' : 'reported',
      flags: [...this.#flags, ...(rest === undefined ? [] : ['lines_without_usage'])],
      normalizer,
      raw_usage: raw,
    };
  }
}

function addCounts(sums: Map<string, number>, counts: Partial<Counted>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (count !== undefined && count > 0) sums.set(name, (sums.get(name) ?? 0) + count);
  }
}

function plusDecimal(left: string, right: string): string {
  const places = Math.max(placesOf(left), placesOf(right));
  return shiftDecimal(String(wholeOf(left, places) + wholeOf(right, places)), -places) ?? '0';
}

function placesOf(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}

function wholeOf(text: string, places: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(places, '0')}`);
}
