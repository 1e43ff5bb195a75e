// `sync_controls`: the budget and the rates that a configuration allows, as limits like any other owner's.
import type { Limits } from '../limits/limits.ts';
import type { Amount } from '../money/amount.ts';
import { type Currency, findCurrency, parseAmount } from '../money/currency.ts';
import { isFields } from '../usage/counts.ts';
import { type Document, FieldReader, type Problem, whole } from './fields.ts';

const countMax = 1_000_000_000_000;
const slotsMax = 1_000_000;

interface Said {
  readonly currency?: Currency | undefined;
  /** Decimal text. */
  readonly balance?: string | undefined;
  readonly minBalance?: string | undefined;
  readonly moneyPerMinute?: string | undefined;
  readonly counts: Limits;
}

export function readControls(value: unknown, path: string, problems: Problem[]): Said {
  const fields = new FieldReader(value, path, problems);
  const budget = fields.take('budget', readBudget);
  const rates = fields.take('rate_limits', readRates);
  fields.end();
  return { ...budget, moneyPerMinute: rates?.moneyPerMinute, counts: rates?.counts ?? {} };
}

/**
 * As limits in the wallet's currency; `undefined` when nothing is limited.
 * @throws RangeError when money is in another currency, or finer than it can be kept.
 */
export function controlsIn(document: Document, currency: Currency): Limits | undefined {
  const metadata = document['metadata'];
  const level = isFields(metadata) ? metadata['_neuropia'] : undefined;
  const controls = isFields(level) ? level['sync_controls'] : undefined;
  if (controls === undefined || controls === null) return undefined;
  const problems: Problem[] = [];
  const said = readControls(controls, 'metadata._neuropia.sync_controls', problems);
  const [problem] = problems;
  if (problem) throw new RangeError(`${problem.path}: ${problem.message}`);
  if (said.currency && said.currency.code !== currency.code) {
    throw new RangeError(
      `metadata._neuropia.sync_controls.budget.currency: The budget is in ${said.currency.code}, and the wallet of this key in ${currency.code}.`,
    );
  }
  const money = (text: string | undefined): Amount | undefined =>
    text === undefined ? undefined : parseAmount(text, currency);
  const [total, minBalance, moneyPerMinute] = [money(said.balance), money(said.minBalance), money(said.moneyPerMinute)];
  const limits: Limits = {
    ...said.counts,
    ...(total === undefined ? undefined : { budgets: { total } }),
    ...(minBalance === undefined ? undefined : { minBalance }),
    ...(moneyPerMinute === undefined ? undefined : { moneyPerMinute }),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}

function readBudget(value: unknown, path: string, problems: Problem[]) {
  const fields = new FieldReader(value, path, problems);
  const balance = fields.take('balance', readMoney);
  const currency = fields.take('currency', readCurrency);
  const minBalance = fields.take('min_balance', readMoney);
  fields.end();
  return { balance, currency, minBalance };
}

function readRates(value: unknown, path: string, problems: Problem[]): Pick<Said, 'moneyPerMinute' | 'counts'> {
  const fields = new FieldReader(value, path, problems);
  const count = (name: string, max = countMax): number | undefined => fields.take(name, whole(1, max));
  const counts = {
    concurrency: count('max_concurrent', slotsMax),
    requestsPerMinute: count('rpm'),
    tokensPerMinute: count('tpm'),
    requestsPerDay: count('rpd'),
    tokensPerDay: count('tpd'),
  };
  const moneyPerMinute = fields.take('cost_per_minute', readMoney);
  fields.end();
  const said = Object.entries(counts).filter(([, each]) => each !== undefined);
  return { moneyPerMinute, counts: Object.fromEntries(said) };
}

function readCurrency(value: unknown, path: string, problems: Problem[]): Currency | undefined {
  const found = typeof value === 'string' ? findCurrency(value) : undefined;
  if (!found) problems.push({ path, message: 'Unknown currency. Write a code such as USD.' });
  return found;
}

const plainDecimal = /^(0|[1-9]\d{0,17})(\.\d{1,18})?$/;

// The documents write money as JSON numbers: their shortest text is what was written, unless it has an exponent.
function readMoney(value: unknown, path: string, problems: Problem[]): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && plainDecimal.test(text)) return text;
  problems.push({ path, message: 'Write money as decimal text, such as "5.00", or as a plain number of at least 0.' });
  return undefined;
}
