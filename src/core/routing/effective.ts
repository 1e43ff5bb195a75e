// What comes of a line of configurations for one virtual key: the merge, whose limits hold, and what is wrong with it.
import type { Limits } from '../limits/limits.ts';
import type { Currency } from '../money/currency.ts';
import { type Fields, isFields } from '../usage/counts.ts';
import { controlsIn } from './controls.ts';
import type { Document, Problem } from './fields.ts';
import { type Level, type Merged, mergeConfigs, type Origin } from './merge.ts';
import { readConfig, routingIn } from './read-config.ts';

/** A level as it is kept: whoever wrote it by SQL was not asked whether it reads. */
export interface KeptLevel {
  readonly from: Origin;
  readonly config: unknown;
  readonly active: boolean;
}

/** Limits that an ancestor sets for all keys below it together. */
export interface Holder {
  readonly id: string;
  readonly name: string;
  readonly controls: Document;
}

export interface Inherited {
  /** Why the key may not call. */
  readonly refused?: string;
  readonly holders: readonly Holder[];
}

export interface EffectiveConfig extends Merged {
  readonly inherited: Inherited;
  /** Empty when the key can act on it. */
  readonly problems: readonly (Problem & { readonly from: Origin | undefined })[];
}

/** The farthest ancestor comes first. With the wallet's currency for a key; a node alone need not be complete. */
export function effectiveConfig(kept: readonly KeptLevel[], currency: Currency | undefined): EffectiveConfig {
  const problems: (Problem & { readonly from: Origin | undefined })[] = [];
  const levels: Level[] = [];
  for (const { from, config } of kept) {
    const reading = readConfig(config);
    if (reading.kind === 'read') levels.push({ from, document: reading.document });
    else problems.push(...reading.problems.map((problem) => ({ ...problem, from })));
  }
  const merged = mergeConfigs(levels);
  if (currency) {
    const routing = routingIn(merged.document);
    if (routing.kind === 'wrong') problems.push(...routing.problems.map((each) => ({ ...each, from: undefined })));
    for (const { from, document } of levels) problems.push(...moneyProblems(from, document, currency));
  }
  const holders = levels.flatMap(({ from: { kind, id, name }, document }): readonly Holder[] => {
    const controls = onlyControls(document);
    return kind === 'config_node' && controls ? [{ id, name, controls }] : [];
  });
  const refused = refusalOf(kept, problems);
  return { ...merged, problems, inherited: { holders, ...(refused === undefined ? undefined : { refused }) } };
}

function moneyProblems(from: Origin, document: Document, currency: Currency) {
  try {
    controlsIn(document, currency);
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const [path = '', ...message] = error.message.split(': ');
    return path.startsWith('metadata.')
      ? [{ path, message: message.join(': '), from }]
      : [{ path: 'metadata._neuropia.sync_controls', message: error.message, from }];
  }
}

function refusalOf(
  kept: readonly KeptLevel[],
  [problem]: readonly (Problem & { readonly from: Origin | undefined })[],
): string | undefined {
  const off = kept.find(({ active }) => !active);
  if (off) return `The config node "${off.from.name}" of this key is switched off.`;
  if (!problem) return undefined;
  return `The configuration of this key does not read (${problem.path}). Ask the operator to look at it.`;
}

function onlyControls(document: Document): Document | undefined {
  const { metadata } = document;
  const level: unknown = isFields(metadata) ? metadata['_neuropia'] : undefined;
  const controls: unknown = isFields(level) ? level['sync_controls'] : undefined;
  return isFields(controls) ? { metadata: { _neuropia: { sync_controls: controls } } } : undefined;
}

/** As it was kept with the key. @throws RangeError when it is something else. */
export function readInherited(value: unknown): Inherited {
  if (!isFields(value)) throw new RangeError('What a key inherits is an object.');
  const { refused, holders = [] } = value;
  if (!Array.isArray(holders)) throw new RangeError('The holders of limits are a list.');
  return {
    holders: holders.map(readHolder),
    ...(typeof refused === 'string' ? { refused } : undefined),
  };
}

function readHolder(value: unknown): Holder {
  const { id, name, controls }: Fields = isFields(value) ? value : {};
  if (typeof id !== 'string' || typeof name !== 'string' || !isFields(controls)) {
    throw new RangeError('A holder of limits has an id, a name and controls.');
  }
  return { id, name, controls };
}

/** Where one owner's limits are said at two places, both hold. */
export function tighter(left: Limits, right: Limits): Limits {
  const least = <Value extends number | bigint>(one: Value | undefined, other: Value | undefined): Value | undefined =>
    one === undefined || (other !== undefined && other < one) ? other : one;
  const periods = ['day', 'week', 'month', 'total'] as const;
  const budgets = Object.fromEntries(
    periods
      .map((period) => [period, least(left.budgets?.[period], right.budgets?.[period])] as const)
      .filter(([, limit]) => limit !== undefined),
  );
  const [one, other] = [left.minBalance, right.minBalance];
  const all = {
    requestsPerMinute: least(left.requestsPerMinute, right.requestsPerMinute),
    requestsPerDay: least(left.requestsPerDay, right.requestsPerDay),
    tokensPerMinute: least(left.tokensPerMinute, right.tokensPerMinute),
    tokensPerDay: least(left.tokensPerDay, right.tokensPerDay),
    concurrency: least(left.concurrency, right.concurrency),
    moneyPerMinute: least(left.moneyPerMinute, right.moneyPerMinute),
    minBalance: one === undefined || (other !== undefined && other > one) ? other : one,
    budgets: Object.keys(budgets).length === 0 ? undefined : budgets,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
