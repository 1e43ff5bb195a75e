// Virtual keys, as they are sent and shown.
import { z } from 'zod';
import { configData } from './routing.ts';
import {
  currency,
  flag,
  id,
  instant,
  limits,
  moneyText,
  name,
  named,
  organizationName,
  stamps,
  text,
  userName,
  walletBalance,
} from './parts.ts';

const overspendPolicy = z
  .enum(['clamp', 'strict'])
  .describe('When the wallet affords less than a call’s worst case: lower the call’s output limit, or refuse it.');

const fields = {
  name: name.describe('Name for people.'),
  description: text.describe('What the key is for.'),
  expires_at: instant.describe('From when the key is refused; ISO 8601.'),
  allowed_models: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(1000)
    .describe('Names the key may call, or prefixes ending in *; missing: all.'),
  limits,
  config_node: z.string().min(1).max(200).describe('Where it is mounted: config node (id or name).'),
  config_data: configData,
  overspend_policy: overspendPolicy,
  default_output_tokens: z
    .int()
    .min(1)
    .max(10_000_000)
    .describe('Output limit in tokens of calls that name none; missing: the model’s.'),
  may_see_cost: z.boolean().describe('Whether answers show what the provider bills the platform.'),
};

export const virtualKey = z
  .object({
    id,
    name: z.string().describe('Name for people.'),
    description: z.string().nullable().describe('What the key is for.'),
    key_prefix: z.string().describe('The beginning of the secret, to recognize it by.'),
    is_active: z.boolean().describe('Whether calls are accepted.'),
    user: userName.nullable().describe('Whose key it is.'),
    organization: organizationName.nullable().describe('The organization that pays.'),
    wallet: walletBalance,
    may_see_cost: fields.may_see_cost,
    overspend_policy: overspendPolicy,
    default_output_tokens: z.int().nullable().describe('Output limit in tokens of calls that name none.'),
    allowed_models: z.array(z.string()).nullable().describe('Names or prefixes ending in *; null: all.'),
    limits,
    config_node: named.nullable().describe('Where it is mounted.'),
    config_data: configData.describe('The key’s own configuration.'),
    computed_config: configData.describe('What it acts on: with what its config nodes say.'),
    expires_at: instant.nullable().describe('From when the key is refused; ISO 8601.'),
    revoked_at: instant.nullable().describe('When it was revoked, for good; ISO 8601.'),
    ...stamps,
  })
  .meta({ id: 'VirtualKey' });

export const createdKey = z
  .object({
    virtual_key: z.string().describe('The secret: vk_ and 43 characters. Shown this once and kept nowhere.'),
    ...virtualKey.shape,
  })
  .meta({ id: 'CreatedVirtualKey' });

const ref = z.string().min(1).max(254);

export const newVirtualKey = z.strictObject({
  name: fields.name,
  user: ref
    .describe('User (id or email) whose key it is. With neither user nor organization one is made for it.')
    .exactOptional(),
  organization: ref.describe('Organization (id or slug) whose wallet pays.').exactOptional(),
  wallet: id.describe('A wallet of that user or organization; missing: the one in `currency`.').exactOptional(),
  currency: currency.describe('Currency of the wallet; it is opened if there is none. usd if missing.').exactOptional(),
  balance: moneyText
    .describe(
      'Money to put into the wallet that is made with the key, in its currency. For a wallet that was there: with `top_up`.',
    )
    .exactOptional(),
  top_up: z.boolean().describe('`balance` may be added to a wallet that was there before.').exactOptional(),
  description: fields.description.exactOptional(),
  expires_at: fields.expires_at.exactOptional(),
  allowed_models: fields.allowed_models.exactOptional(),
  limits: limits.exactOptional(),
  config_node: fields.config_node.exactOptional(),
  config_data: configData.exactOptional(),
  overspend_policy: overspendPolicy.exactOptional(),
  default_output_tokens: fields.default_output_tokens.exactOptional(),
  may_see_cost: fields.may_see_cost
    .describe(
      'Whether answers show what the provider bills the platform. Missing: only for a key with neither user nor organization, ' +
        "which is the operator's own.",
    )
    .exactOptional(),
});

export const virtualKeyChange = z.strictObject({
  name: fields.name.exactOptional(),
  description: fields.description.nullable().exactOptional(),
  is_active: z.boolean().describe('Switches the key off and on again.').exactOptional(),
  expires_at: fields.expires_at.nullable().exactOptional(),
  allowed_models: fields.allowed_models.nullable().exactOptional(),
  limits: limits.nullable().exactOptional(),
  config_node: fields.config_node.nullable().exactOptional(),
  config_data: configData.nullable().describe('Replaces all of it.').exactOptional(),
  overspend_policy: overspendPolicy.exactOptional(),
  default_output_tokens: fields.default_output_tokens.nullable().exactOptional(),
  may_see_cost: fields.may_see_cost.exactOptional(),
});

export const virtualKeyFilter = z.strictObject({
  user: ref.describe('User (id or email).').exactOptional(),
  organization: ref.describe('Organization (id or slug).').exactOptional(),
  wallet: id.describe('Wallet.').exactOptional(),
  is_active: flag.describe('Only keys that are switched on, or off.').exactOptional(),
});

const graceSecondsMax = 30 * 86_400;

export const rotation = z.strictObject({
  grace_seconds: z
    .int()
    .min(0)
    .max(graceSecondsMax)
    .default(0)
    .describe('Seconds for which the old secret goes on; 0 if missing, at most 30 days.'),
});
