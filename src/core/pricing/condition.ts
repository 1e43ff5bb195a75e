// Whether a price's conditions hold for a call, and before the call whether they may.
import type { CallFacts } from '#core/usage/usage.ts';
import type { PriceCondition } from './component.ts';
import { insideWindow, type PreparedWindow, prepareWindow } from './window.ts';

export const textFacts = [
  'service_tier',
  'speed',
  'region',
  'resolution',
  'size',
  'quality',
  'duration',
  'search_context',
] as const;
export type TextFact = (typeof textFacts)[number];

export const switchFacts = ['batch', 'audio', 'thinking'] as const;
export type SwitchFact = (typeof switchFacts)[number];

export interface PreparedCondition {
  /** Inclusive. */
  readonly promptTokensMin: number;
  readonly promptTokensMax: number;
  readonly texts: readonly { readonly fact: TextFact; readonly allowed: ReadonlySet<string> }[];
  readonly switches: readonly { readonly fact: SwitchFact; readonly wanted: boolean }[];
  readonly window: PreparedWindow | undefined;
  readonly label: string;
}

export function prepareCondition(when: PriceCondition): PreparedCondition {
  return {
    ...promptTokensBetween(when),
    texts: textFacts.flatMap((fact) => {
      const allowed = when[fact];
      return allowed === undefined ? [] : [{ fact, allowed: new Set(allowed) }];
    }),
    switches: switchFacts.flatMap((fact) => {
      const wanted = when[fact];
      return wanted === undefined ? [] : [{ fact, wanted }];
    }),
    window: when.window && prepareWindow(when.window),
    label: labelOf(when),
  };
}

/** Counts are whole, so `gt: 200000` is from 200,001 on. */
export function promptTokensBetween({ prompt_tokens: range = {} }: PriceCondition) {
  const { gt = -1, gte = 0, lt = Number.MAX_SAFE_INTEGER + 1, lte = Number.MAX_SAFE_INTEGER } = range;
  return { promptTokensMin: Math.max(gt + 1, gte), promptTokensMax: Math.min(lt - 1, lte) };
}

/** A fact that is not known meets no condition. */
export function holds(condition: PreparedCondition, promptTokens: number, facts: CallFacts): boolean {
  return (
    promptTokens >= condition.promptTokensMin &&
    promptTokens <= condition.promptTokensMax &&
    condition.texts.every(({ fact, allowed }) => allowed.has(facts[fact] ?? '')) &&
    condition.switches.every(({ fact, wanted }) => facts[fact] === wanted) &&
    (condition.window === undefined || insideWindow(condition.window, facts.occurred_at))
  );
}

/** What is known before the call. A fact given here will be the same afterwards; one left out may become anything. */
export interface Foreknown {
  readonly promptTokensMax: number;
  readonly facts: Partial<CallFacts>;
  /** The tiers that may serve the call, whichever was asked for; left out, any may. */
  readonly serviceTiers: readonly string[] | undefined;
}

export type Outlook = 'certain' | 'possible' | 'impossible';

// Time passes while a call runs, and the tier that serves may be another than the one asked for, or go unsaid.
export function outlook(condition: PreparedCondition, foreknown: Foreknown): Outlook {
  const parts = [
    ...condition.texts.map(({ fact, allowed }) =>
      fact === 'service_tier'
        ? tierOutlook(allowed, foreknown.serviceTiers)
        : factOutlook(foreknown.facts[fact], (value) => allowed.has(value)),
    ),
    ...condition.switches.map(({ fact, wanted }) => factOutlook(foreknown.facts[fact], (value) => value === wanted)),
    promptOutlook(condition, foreknown.promptTokensMax),
    condition.window === undefined ? 'certain' : 'possible',
  ];
  if (parts.includes('impossible')) return 'impossible';
  return parts.includes('possible') ? 'possible' : 'certain';
}

function factOutlook<Value>(value: Value | undefined, meets: (value: Value) => boolean): Outlook {
  if (value === undefined) return 'possible';
  return meets(value) ? 'certain' : 'impossible';
}

function tierOutlook(allowed: ReadonlySet<string>, tiers: readonly string[] | undefined): Outlook {
  return tiers === undefined || tiers.some((tier) => allowed.has(tier)) ? 'possible' : 'impossible';
}

function promptOutlook(condition: PreparedCondition, promptTokensMax: number): Outlook {
  if (condition.promptTokensMin > promptTokensMax) return 'impossible';
  return condition.promptTokensMin <= 0 && condition.promptTokensMax >= promptTokensMax ? 'certain' : 'possible';
}

const operators = { gt: '>', gte: '≥', lt: '<', lte: '≤' } as const;

function labelOf(when: PriceCondition): string {
  const range = (['gt', 'gte', 'lt', 'lte'] as const).flatMap((name) => {
    const bound = when.prompt_tokens?.[name];
    return bound === undefined ? [] : [`prompt_tokens ${operators[name]} ${bound}`];
  });
  const texts = textFacts.flatMap((fact) => (when[fact] ? [`${fact} = ${when[fact].join(' or ')}`] : []));
  const switches = switchFacts.flatMap((fact) => (when[fact] === undefined ? [] : [`${fact} = ${String(when[fact])}`]));
  return [...range, ...texts, ...switches, ...(when.window ? [windowLabel(when.window)] : [])].join(', ');
}

function windowLabel({ iso_weekdays, from, to, tz = 'UTC' }: NonNullable<PriceCondition['window']>): string {
  const days = iso_weekdays === undefined ? [] : [`weekdays ${iso_weekdays.join('')}`];
  const hours = from === undefined || to === undefined ? [] : [`${from}–${to}`];
  return [...days, ...hours, tz].join(' ');
}
