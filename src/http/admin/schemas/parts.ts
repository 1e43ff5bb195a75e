// What many answers and requests are made of, each with its unit and format.
import { z } from 'zod';
import { callNames } from '#core/catalog/names.ts';

export const id = z.uuid().describe('UUID; newer ones sort later.');

export const instant = z.iso
  .datetime({ offset: true, error: 'Write an instant as ISO 8601 with a zone, such as "2026-12-31T23:59:59Z".' })
  .describe('Instant, ISO 8601 with a zone; answers are in UTC with milliseconds.');

export const name = z.string().trim().min(1).max(200);
export const text = z.string().max(2000);

/** Models, aliases and providers are called by it. */
export const callName = z.string().regex(callNames.pattern, callNames.advice);

/** In answers. */
export const money = z.string().describe('Money: canonical decimal text in the currency beside it, such as "0.01".');

/** In requests. */
export const moneyText = z
  .string({ error: 'Write money as text, such as "5.00": a number would be rounded.' })
  .max(60)
  .describe('Money: decimal text in the currency that applies, such as "5.00"; no exponent, no thousands separators.');

export const currency = z
  .string()
  .min(1)
  .max(16)
  .describe('Currency: usd, eur, gbp, cny (rmb is read as cny), aed, jpy, inr, krw, idr, vnd or credits; any case.');

export const shownCurrency = z.string().describe('Currency code in small letters, such as "usd".');

const count = z.int().min(1).max(1_000_000_000_000);

const budget = z
  .strictObject({
    day: moneyText.describe('Money that may be spent per day (UTC).').exactOptional(),
    week: moneyText.describe('Money that may be spent per ISO week (from Monday, UTC).').exactOptional(),
    month: moneyText.describe('Money that may be spent per calendar month (UTC).').exactOptional(),
    total: moneyText.describe('Money that may be spent in total.').exactOptional(),
  })
  .describe('Budgets, in the currency of the wallet that a call debits.');

export const limits = z
  .strictObject({
    rpm: count.describe('Requests in any 60 seconds.').exactOptional(),
    rpd: count.describe('Requests in any 24 hours.').exactOptional(),
    tpm: count.describe('Tokens in any 60 seconds.').exactOptional(),
    tpd: count.describe('Tokens in any 24 hours.').exactOptional(),
    max_concurrent: z.int().min(1).max(1_000_000).describe('Calls at the same time.').exactOptional(),
    cost_per_minute: moneyText.describe('Money in any 60 seconds, in the wallet’s currency.').exactOptional(),
    budget: budget.exactOptional(),
    min_balance: moneyText
      .describe('Money that must stay in the wallet; calls that would go below are refused.')
      .exactOptional(),
  })
  .describe(
    'Limits of the owner; a change replaces all of them. Money is in the currency of the wallet that a call debits.',
  )
  .meta({ id: 'Limits' });

export const named = z.object({ id, name: z.string().describe('Its name.') });
export const organizationName = z.object({ id, slug: z.string().describe('Its short name in addresses.') });
export const userName = z.object({ id, email: z.string().describe('Email address.') });

export const walletBalance = z
  .object({
    id,
    currency: shownCurrency,
    balance: money.describe('Balance as booked by the ledger: decimal text; calls of the last moments may be missing.'),
  })
  .meta({ id: 'WalletBalance' });

export const stamps = {
  created_at: instant.describe('When it was made; ISO 8601.'),
  updated_at: instant.describe('When it was last changed; ISO 8601.'),
};

const limitMax = 200;

export const page = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(limitMax)
    .default(50)
    .describe(`Rows per page, 1 to ${limitMax}; 50 if missing.`),
  cursor: z.string().max(400).describe('`next_cursor` of the page before; missing: the newest rows.').exactOptional(),
});

export function listOf<Row extends z.ZodType>(row: Row) {
  return z.object({
    data: z.array(row).describe('The rows, newest first.'),
    next_cursor: z.string().nullable().describe('For the next page; null on the last.'),
  });
}

export const flag = z.enum(['true', 'false']);

export const errorAnswer = z
  .object({
    error: z.object({
      type: z.string().describe('Kind of error, such as invalid_request_error.'),
      code: z.string().describe('What exactly: one of a closed list of words.'),
      message: z.string().describe('What was wrong and what to do, for people.'),
      param: z.string().nullable().describe('The field that was wrong, with its path.'),
      problems: z
        .array(
          z.object({
            param: z.string().describe('The field.'),
            message: z.string().describe('What is wrong with it.'),
            row: z
              .int()
              .nullable()
              .describe('Of a table: its row, counted from 0; null: one that is missing.')
              .exactOptional(),
            line: z.int().describe('Of a CSV: its line, counted from 1.').exactOptional(),
            code: z.string().describe('What exactly, where a table is checked: one of a closed list.').exactOptional(),
          }),
        )
        .describe('Every field that was wrong, where all are checked at once.')
        .exactOptional(),
      conflicts: z
        .array(z.unknown())
        .describe('What others have changed meanwhile, what you saw and what you sent.')
        .exactOptional(),
    }),
  })
  .describe('What went wrong.')
  .meta({ id: 'Error' });
