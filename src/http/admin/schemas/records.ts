// What calls consumed, and who administered what.
import { z } from 'zod';
import { flag, id, instant, money, shownCurrency } from './parts.ts';

const amount = z.object({ amount: money, currency: shownCurrency });

const usageFields = {
  event_id: id,
  request_id: id.describe('The call; `x-request-id` of its answer.'),
  revision: z.int().describe('Which word on this call it is.'),
  final: z.boolean().describe('`false`: an estimate that a later word replaces.'),
  applied: z.boolean().describe('`false`: a better word was booked before this one came.'),
  wallet_id: id.describe('The wallet that was charged.'),
  organization_id: id.nullable().describe('The organization that paid.'),
  user_id: id.nullable().describe('The user whose key it was.'),
  virtual_key_id: id.describe('The key that called.'),
  name: z.string().describe('The name that the caller sent; it decides the charge.'),
  provider: z.string().describe('Who answered.'),
  model: z.string().describe('The provider’s model.'),
  outcome: z.string().describe('completed, cut_off, abandoned, broken, failed or reaped.'),
  charge: amount.describe('What left the wallet.'),
  cost: amount.describe('What the provider bills.'),
  held: amount.describe('What had been set aside.'),
  usage: z.unknown().describe('What was consumed, normalized; tokens are counts.'),
  streamed: z.boolean().describe('Whether the answer was streamed.'),
  started_at: instant.describe('When the call began; ISO 8601.'),
  ended_at: instant.describe('When it ended; ISO 8601.'),
  latency_ms: z.int().describe('Milliseconds from start to end.'),
  first_byte_ms: z.int().nullable().describe('Milliseconds to the first byte.'),
  recorded_at: instant.describe('When it was booked; ISO 8601.'),
};

export const usage = z.object(usageFields).meta({ id: 'Usage' });

const usageAdjustment = z.object({
  rerate_id: id.describe('The re-rating; the reference of the wallet’s adjustment.'),
  reason: z.string().describe('Why it was rated again.'),
  author: z.string().describe('Who rated it again.'),
  recorded_at: instant.describe('When it was booked; ISO 8601.'),
  charge_before: amount.describe('What it had been charged.'),
  charge: amount.describe('What it came to.'),
  cost_before: amount.describe('What the provider was thought to bill.'),
  cost: amount.describe('What it bills.'),
  charge_receipt: z.unknown().describe('The lines behind the charge.'),
  cost_receipt: z.unknown().describe('The lines behind the cost.'),
});

export const usageDetail = z.object({
  data: z
    .array(
      z.object({
        ...usageFields,
        facts: z.unknown().describe('What the price’s conditions looked at.'),
        charge_receipt: z.unknown().describe('The lines behind the charge.'),
        cost_receipt: z.unknown().describe('The lines behind the cost.'),
        attempts: z.unknown().describe('Every try at a provider.'),
        adjustments: z.array(usageAdjustment).describe('Each time that it was rated again, the last one last.'),
      }),
    )
    .describe('Everything that was said about the call, the latest word first.'),
});

const ref = z.string().min(1).max(254);

export const usageFilter = z.strictObject({
  wallet: id.exactOptional(),
  virtual_key: id.exactOptional(),
  organization: ref.describe('Organization (id or slug).').exactOptional(),
  user: ref.describe('User (id or email).').exactOptional(),
  name: ref.describe('The name that callers sent.').exactOptional(),
  provider: ref.describe('Name of the provider.').exactOptional(),
  outcome: ref.describe('How calls ended.').exactOptional(),
  final: flag.describe('Only final words, or only estimates.').exactOptional(),
  from: instant.describe('Calls that began then or later.').exactOptional(),
  to: instant.describe('Calls that began before.').exactOptional(),
});

export const job = z
  .object({
    request_id: id.describe('The call that began it; `x-request-id` of its answer.'),
    kind: z.string().describe('video, music or batch.'),
    state: z.string().describe('running, completed or failed.'),
    name: z.string().describe('The name that the caller sent; it decides the charge.'),
    provider: z.string().describe('Who makes it.'),
    upstream_id: z.string().describe('What the provider calls it.'),
    wallet_id: id.describe('The wallet that pays.'),
    organization_id: id.nullable().describe('The organization that pays.'),
    virtual_key_id: id.describe('The key that called.'),
    held: amount.describe('What was set aside for it.'),
    message: z.string().nullable().describe('Why it has failed.'),
    started_at: instant.describe('When it was begun; ISO 8601.'),
    deadline_at: instant.describe('Until then its hold is kept; ISO 8601.'),
    ended_at: instant.nullable().describe('When its last word was heard; ISO 8601.'),
  })
  .meta({ id: 'Job' });

export const jobFilter = z.strictObject({
  state: z.enum(['running', 'completed', 'failed']).describe('How far it is.').exactOptional(),
  kind: z.enum(['video', 'music', 'batch']).describe('What it makes; a batch makes answers.').exactOptional(),
  wallet: id.exactOptional(),
  provider: ref.describe('Name of the provider.').exactOptional(),
});

export const auditEntry = z
  .object({
    id: z.string().describe('A whole number as text.'),
    actor: z.string().describe('Who did it.'),
    action: z.string().describe('What was done, such as virtual_key.revoke.'),
    subject: z.string().describe('To what, such as virtual_key:<id>.'),
    before: z.unknown().describe('The row before, without secrets; null when it was made.'),
    after: z.unknown().describe('The row after, without secrets; null when it was removed.'),
    at: instant.describe('When; ISO 8601.'),
  })
  .meta({ id: 'AuditEntry' });

export const auditFilter = z.strictObject({
  actor: ref.describe('Who did it.').exactOptional(),
  action: ref.describe('What was done.').exactOptional(),
  subject: ref.describe('To what.').exactOptional(),
});
