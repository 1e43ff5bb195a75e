// A period that is rated again.
import { z } from 'zod';
import { callName, id, instant, money, shownCurrency, text } from './parts.ts';

export const rerateOrder = z.strictObject({
  from: instant.describe('Calls that began from then on.'),
  to: instant.describe('And before that.'),
  model: callName.describe('Only calls of this name, or that this model answered.').exactOptional(),
  organization: z.string().min(1).max(200).describe('Only calls of this organization (id or slug).').exactOptional(),
  token: z
    .string()
    .max(100)
    .describe('Of the dry run: books what it showed. Without it this is a dry run, and nothing moves.')
    .exactOptional(),
  reason: text.min(1).describe('Why; stands on the wallet’s adjustment.').exactOptional(),
});

const sums = {
  currency: shownCurrency,
  calls: z.int().describe('Calls that come to something else.'),
  charged: money.describe('What they have been charged; decimal text in the currency beside it.'),
  rerated: money.describe('What they come to; decimal text in the currency beside it.'),
  difference: money.describe('What is paid more, or given back (less than zero); decimal text.'),
  costs: z
    .array(
      z.object({
        currency: shownCurrency,
        difference: money.describe('What is owed to providers more, or less; decimal text.'),
      }),
    )
    .describe('The same of the costs, for each currency.'),
};

export const reratings = z.object({
  dry_run: z.boolean().describe('Nothing has moved.'),
  token: z.string().describe('Books what is shown here, as long as nothing has changed.'),
  rerate_id: id.nullable().describe('The reference of the adjustments; null in a dry run.'),
  seen: z.int().describe('Calls that were looked at.'),
  calls: sums.calls,
  in_flight: z.int().describe('Calls too young to have had their last word; they stay as they are.'),
  left_out: z
    .int()
    .describe(
      'Calls that were shown, and not booked, because another word was said on them meanwhile: run it dry again.',
    ),
  repeated: z.boolean().describe('It had been booked before, and nothing moved now.'),
  wallets: z
    .array(
      z.object({
        wallet_id: id,
        owner: z.string().nullable().describe('Its organization’s short name, or its user’s email address.'),
        ...sums,
      }),
    )
    .describe('The difference for each wallet.'),
  models: z
    .array(z.object({ name: z.string().describe('Name that was sent.'), ...sums }))
    .describe('And for each name.'),
  unratable: z
    .array(z.object({ request_id: id, why: z.string().describe('Why it cannot be rated.') }))
    .describe('Calls that stay as they are: the first of them.'),
  unratable_calls: z.int().describe('How many of those there are.'),
});
