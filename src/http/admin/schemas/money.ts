// Wallets, top-ups, vouchers and exchange rates, as they are sent and shown.
import { z } from 'zod';
import { currency, id, instant, money, moneyText, organizationName, shownCurrency, text, userName } from './parts.ts';

export const wallet = z
  .object({
    id,
    currency: shownCurrency,
    balance: money.describe('What is in it now: decimal text. Below zero it is overdue.'),
    held: money.nullable().describe('Set aside for calls that are under way; null when it cannot be known now.'),
    available: money
      .nullable()
      .describe('What other calls may still take: balance − held; null when it cannot be known now.'),
    overdue: money.describe('How far below zero it is; "0" otherwise. The next top-up clears it.'),
    booked_balance: money.describe('What the ledger has booked; settled calls of the last moments may be missing.'),
    organization: organizationName.nullable().describe('Its owner, if an organization.'),
    user: userName.nullable().describe('Its owner, if a user.'),
    created_at: instant.describe('When it was opened; ISO 8601.'),
  })
  .meta({ id: 'Wallet' });

const ref = z.string().min(1).max(254);

export const newWallet = z.strictObject({
  organization: ref.describe('Organization (id or slug) that owns it.').exactOptional(),
  user: ref.describe('User (id or email) who owns it.').exactOptional(),
  currency,
});

export const walletFilter = z.strictObject({
  organization: ref.describe('Organization (id or slug).').exactOptional(),
  user: ref.describe('User (id or email).').exactOptional(),
  currency: currency.exactOptional(),
});

export const walletEvent = z
  .object({
    seq: z.string().describe('Number of the event in its wallet: 1, 2, 3, … without gaps; a whole number as text.'),
    event_id: id,
    kind: z.enum(['charge', 'top_up', 'refund', 'adjustment']).describe('What happened.'),
    amount: money.describe('What was added; negative when it was taken.'),
    currency: shownCurrency,
    balance_after: money.describe('Balance after this event.'),
    request_id: id.nullable().describe('The call that was charged.'),
    reference: z.string().nullable().describe('The top-up’s reference.'),
    description: z.string().nullable().describe('For people.'),
    occurred_at: instant.describe('When it happened; ISO 8601.'),
    recorded_at: instant.describe('When it was booked; ISO 8601.'),
  })
  .meta({ id: 'WalletEvent' });

const source = z.enum(['manual', 'voucher']).describe('Where the money came from.');

export const topUp = z
  .object({
    id,
    wallet_id: id,
    amount: money.describe('What was added.'),
    currency: shownCurrency,
    source,
    reference: z.string().describe('Unique within its source; a voucher’s is the voucher’s id.'),
    status: z.enum(['pending', 'completed', 'failed']).describe('How far it is.'),
    note: z.string().nullable().describe('For people.'),
    author: z.string().describe('Who did it.'),
    created_at: instant.describe('When; ISO 8601.'),
  })
  .meta({ id: 'TopUp' });

export const newTopUp = z.strictObject({
  amount: moneyText.describe('Money to add, more than zero, in the wallet’s currency, such as "5.00".'),
  currency: currency.describe('Only to make sure: has to be the wallet’s.').exactOptional(),
  reference: z
    .string()
    .min(1)
    .max(200)
    .describe('Your own reference: the same again is the same top-up, and adds nothing.')
    .exactOptional(),
  note: text.describe('For people.').exactOptional(),
});

export const toppedUp = z
  .object({
    id,
    wallet_id: id,
    amount: money.describe('What was added.'),
    currency: shownCurrency,
    source,
    reference: z.string().describe('Unique within its source.'),
    balance: money.describe('The wallet’s booked balance after it.'),
    repeated: z.boolean().describe('This reference had been booked before, and nothing moved now.'),
    available: z.boolean().describe('Whether calls see the money already; otherwise after the next reconciliation.'),
  })
  .meta({ id: 'BookedTopUp' });

export const voucher = z
  .object({
    id,
    code_prefix: z.string().describe('The beginning of the code, to recognize it by.'),
    amount: money.describe('What it is worth.'),
    currency: shownCurrency,
    status: z.enum(['open', 'redeemed', 'expired']).describe('Whether it can be redeemed.'),
    expires_at: instant.nullable().describe('Until when it can be redeemed; ISO 8601.'),
    redeemed_at: instant.nullable().describe('When it was redeemed; ISO 8601.'),
    redeemed_wallet_id: id.nullable().describe('Into which wallet.'),
    top_up_id: id.nullable().describe('The top-up that it became.'),
    author: z.string().describe('Who made it.'),
    created_at: instant.describe('When it was made; ISO 8601.'),
  })
  .meta({ id: 'Voucher' });

const createdVoucher = z.object({
  code: z.string().describe('What the customer types. Shown this once and kept nowhere.'),
  ...voucher.shape,
});

export const createdVouchers = z.object({ data: z.array(createdVoucher).describe('The new vouchers.') });

const vouchersMax = 1000;

export const newVouchers = z.strictObject({
  count: z.int().min(1).max(vouchersMax).default(1).describe(`How many, 1 to ${vouchersMax}; 1 if missing.`),
  amount: moneyText.describe('What each is worth, more than zero, such as "10".'),
  currency: currency.default('usd').describe('Currency of the amount; usd if missing.'),
  expires_at: instant.describe('Until when they can be redeemed; ISO 8601.').exactOptional(),
});

export const voucherFilter = z.strictObject({ status: voucher.shape.status.exactOptional() });

export const redemption = z.strictObject({
  code: z.string().min(1).max(64).describe('The code, in any case of letters, with or without dashes.'),
  wallet_id: id.describe('The wallet that gets the money; it has to be kept in the voucher’s currency.'),
});

export const redeemed = z.object({ voucher, top_up: toppedUp });

export const fxRate = z
  .object({
    id,
    base: shownCurrency,
    quote: shownCurrency,
    rate: z.string().describe('How many of `quote` one of `base` is: decimal text, or a fraction such as "1/3".'),
    observed_at: instant.describe('When the rate was that; ISO 8601.'),
    source: z.string().describe('Where it comes from.'),
    recorded_at: instant.describe('When it was recorded; ISO 8601.'),
  })
  .meta({ id: 'FxRate' });

export const newFxRate = z.strictObject({
  base: currency,
  quote: currency,
  rate: z
    .string({ error: 'Write the rate as text, such as "7.12": a number would be rounded.' })
    .max(60)
    .describe('How many of `quote` one of `base` is: decimal text, such as "7.12".'),
  observed_at: instant.describe('When the rate was that; now if missing.').exactOptional(),
  source: z.string().min(1).max(200).describe('Where it comes from; who sets it if missing.').exactOptional(),
});

export const fxFilter = z.strictObject({ base: currency.exactOptional(), quote: currency.exactOptional() });
