// Money and limits as operators write them.
import { Failure } from '#core/failure.ts';
import { type Amount } from '#core/money/amount.ts';
import { type Currency, currencyCodes, findCurrency, formatAmount, parseAmount } from '#core/money/currency.ts';
import type { LimitsDocument } from '#ports/administration.ts';

export function readCurrency(code: string, param: string): Currency {
  const found = findCurrency(code);
  if (found) return found;
  throw new Failure('invalid_parameter', `Unknown currency "${code}". Known: ${currencyCodes.join(', ')}.`, { param });
}

export function readAmount(text: string, currency: Currency, param: string): Amount {
  try {
    return parseAmount(text, currency);
  } catch (error) {
    throw new Failure('invalid_parameter', error instanceof Error ? error.message : String(error), { param });
  }
}

export function readPositive(text: string, currency: Currency, param: string, advice: string): Amount {
  const read = readAmount(text, currency, param);
  if (read > 0n) return read;
  throw new Failure('invalid_parameter', `"${text}" is not more than zero. ${advice}`, { param });
}

// Owners of several wallets have one set of limits for all of them, so their money is written no finer than the
// coarsest currency can be kept.
const coarsest: Currency = { code: 'every currency', scale: 8, minorDigits: 0 };

/** Canonical text throughout; refuses what could not be applied. */
export function readLimits(limits: LimitsDocument, currency: Currency = coarsest): LimitsDocument {
  const money = (text: string, path: string): string => {
    const read = readAmount(text, currency, `limits.${path}`);
    if (read >= 0n) return formatAmount(read, currency);
    throw new Failure('invalid_parameter', `"${text}" is less than zero.`, { param: `limits.${path}` });
  };
  const { cost_per_minute, min_balance, budget, ...counts } = limits;
  return {
    ...counts,
    ...(cost_per_minute === undefined ? {} : { cost_per_minute: money(cost_per_minute, 'cost_per_minute') }),
    ...(min_balance === undefined ? {} : { min_balance: money(min_balance, 'min_balance') }),
    ...(budget === undefined
      ? {}
      : {
          budget: Object.fromEntries(
            Object.entries(budget).map(([period, text]) => [period, money(text, `budget.${period}`)]),
          ),
        }),
  };
}
