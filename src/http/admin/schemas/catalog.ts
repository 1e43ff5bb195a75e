// Providers, their keys, models and aliases, as they are sent and shown.
import { z } from 'zod';
import { modelKinds } from '#core/catalog/catalog.ts';
import {
  credentialHeaders,
  dispensableFields,
  headerValue,
  isHeaderOfOurs,
  regionName,
} from '#core/catalog/manners.ts';
import { providerNames } from '#core/catalog/names.ts';
import {
  callName,
  id,
  instant,
  money,
  name,
  named,
  organizationName,
  shownCurrency,
  stamps,
  text,
  userName,
} from './parts.ts';

const providerType = z.enum(['llm', 'image', 'video', 'voice', 'music']).describe('What it makes.');
const providerStatus = z.enum(['active', 'disabled']).describe('`disabled`: no call goes there.');
const timeoutMs = z.int().min(1).max(3_600_000);
const settings = z
  .strictObject({
    head_timeout_ms: timeoutMs.describe('Milliseconds until the answer begins; 600000 if missing.').exactOptional(),
    idle_timeout_ms: timeoutMs.describe('Milliseconds between two pieces of it; 120000 if missing.').exactOptional(),
    on_hang_up: z
      .enum(['close', 'drain'])
      .describe(
        'When a caller leaves in mid-stream: `close` the connection and estimate what was streamed, or `drain` it, because ' +
          'this provider bills the whole answer anyway. `close` if missing.',
      )
      .exactOptional(),
    requires_key: z
      .boolean()
      .describe('Nothing is sent there without a provider key, and its models are not offered; false if missing.')
      .exactOptional(),
    output_limit_field: z
      .enum(['max_tokens', 'max_completion_tokens'])
      .describe('Where an output limit is written that the caller did not set; `max_tokens` if missing.')
      .exactOptional(),
    leaves_out: z
      .array(z.enum(dispensableFields))
      .describe(
        'Fields that this provider refuses and that change nothing in its answer; they are not sent. Without ' +
          '`stream_options` it tells its usage unasked; a limit goes into the field that is not left out.',
      )
      .exactOptional(),
    credential_header: z
      .enum(credentialHeaders)
      .describe('Where its key goes; `authorization` (as a bearer token) if missing.')
      .exactOptional(),
    headers: z
      .record(
        z.string().refine(isHeaderOfOurs, 'A header in small letters, and none for a credential.'),
        z.string().regex(headerValue),
      )
      .describe('Sent with every call, such as the name by which it knows this application. No place for secrets.')
      .exactOptional(),
    region: z.string().regex(regionName).describe('Where its address does not say it.').exactOptional(),
  })
  .refine(
    ({ leaves_out = [], output_limit_field = 'max_tokens' }) => !leaves_out.includes(output_limit_field),
    'The limit would be written nowhere: output_limit_field has to name the other field.',
  )
  .describe('How this provider is spoken to.');

export const provider = z
  .object({
    id,
    name: z.string().describe('Unique short name.'),
    display_name: z.string().describe('Name for people.'),
    type: providerType,
    adapter: z.string().describe('How it is spoken to.'),
    base_url: z.string().describe('Where it is: an http or https address.'),
    status: providerStatus,
    settings,
    is_default: z.boolean().describe('The first choice among those of its type.'),
    api_version: z.string().nullable().describe('Version of its API.'),
    logo_url: z.string().nullable().describe('Where its logo is.'),
    description: z.string().nullable().describe('For people.'),
    documentation_url: z.string().nullable().describe('Where its documentation is.'),
    keys: z.int().describe('How many active keys it has.'),
    ...stamps,
  })
  .meta({ id: 'Provider' });

const providerFields = {
  display_name: name.describe('Name for people.'),
  type: providerType,
  adapter: z.string().min(1).max(63).describe('How it is spoken to: one of the adapters of this server.'),
  base_url: z.string().min(1).max(2000).describe('Where it is: https://host/path, without credentials.'),
  status: providerStatus,
  settings,
  is_default: z.boolean().describe('The first choice among those of its type.'),
  api_version: z.string().min(1).max(50).describe('Version of its API.'),
  logo_url: z.httpUrl().max(2000).describe('Where its logo is.'),
  description: text.describe('For people.'),
  documentation_url: z.httpUrl().max(2000).describe('Where its documentation is.'),
};

export const newProvider = z.strictObject({
  name: z
    .string()
    .regex(providerNames.pattern, providerNames.advice)
    .describe('Unique short name; it does not change.'),
  adapter: providerFields.adapter,
  base_url: providerFields.base_url,
  display_name: providerFields.display_name.exactOptional(),
  type: providerType.exactOptional(),
  status: providerStatus.exactOptional(),
  settings: settings.exactOptional(),
  is_default: providerFields.is_default.exactOptional(),
  api_version: providerFields.api_version.exactOptional(),
  logo_url: providerFields.logo_url.exactOptional(),
  description: providerFields.description.exactOptional(),
  documentation_url: providerFields.documentation_url.exactOptional(),
});

export const providerChange = z.strictObject({
  display_name: providerFields.display_name.exactOptional(),
  type: providerType.exactOptional(),
  adapter: providerFields.adapter.exactOptional(),
  base_url: providerFields.base_url.exactOptional(),
  status: providerStatus.exactOptional(),
  settings: settings.exactOptional(),
  is_default: providerFields.is_default.exactOptional(),
  api_version: providerFields.api_version.nullable().exactOptional(),
  logo_url: providerFields.logo_url.nullable().exactOptional(),
  description: providerFields.description.nullable().exactOptional(),
  documentation_url: providerFields.documentation_url.nullable().exactOptional(),
});

const keyCount = z.int().min(0).max(1_000_000_000_000);
const keyLimits = z
  .strictObject({
    rpm: keyCount.describe('Requests in any 60 seconds.').exactOptional(),
    rpd: keyCount.describe('Requests in any 24 hours.').exactOptional(),
    tpm: keyCount.describe('Tokens in any 60 seconds.').exactOptional(),
    tpd: keyCount.describe('Tokens in any 24 hours.').exactOptional(),
    tokens_per_month: keyCount.describe('Tokens in any 31 days.').exactOptional(),
    max_concurrent: keyCount.describe('Calls at the same time.').exactOptional(),
  })
  .describe(
    'What the provider allows this key; each that is missing is as its plan says. A change replaces all of them.',
  )
  .meta({ id: 'ProviderKeyLimits' });

export const providerKey = z
  .object({
    id,
    provider: named,
    organization: organizationName
      .nullable()
      .describe('Whose own key it is; with neither organization nor user: the platform’s.'),
    user: userName.nullable().describe('Whose own key it is; used before that of the user’s organization.'),
    name: z.string().describe('Name for people.'),
    prefix: z.string().describe('First and last characters of the secret, to recognize it by.'),
    is_primary: z.boolean().describe('Used first.'),
    weight: z.int().describe('Share of calls among keys of the same rank.'),
    is_active: z.boolean().describe('Whether it is used.'),
    base_url: z.string().nullable().describe('Where an owner’s own key is used; null: at the provider’s address.'),
    limits: keyLimits,
    plan: z
      .object({ id, plan_name: z.string().describe('Its name.') })
      .nullable()
      .describe('The provider’s plan that it belongs to, whose limits hold for it.'),
    expires_at: instant.nullable().describe('From when it is not used any more; ISO 8601.'),
    is_valid: z
      .boolean()
      .nullable()
      .describe(
        'What the provider said to the last test; null: nothing that decides. An owner’s own key is not used while `false`.',
      ),
    last_validated_at: instant.nullable().describe('When it was tested last; ISO 8601.'),
    validation_error: z.string().nullable().describe('Why the test did not end well.'),
    ...stamps,
  })
  .meta({ id: 'ProviderKey' });

export const countedProviderKey = providerKey
  .extend({
    totals: z
      .object({
        calls: z.int().describe('Calls that were billed to it.'),
        tokens: z.int().describe('Tokens of those calls.'),
        cost: z
          .array(z.object({ amount: money, currency: shownCurrency }))
          .describe('What the provider bills for them, in each currency; for an owner’s own key by its own list.'),
        last_used_at: instant.nullable().describe('When the last of them began; ISO 8601.'),
      })
      .describe('From the ledger.'),
  })
  .meta({ id: 'CountedProviderKey' });

export const providerKeyFilter = z.strictObject({
  organization: z.string().min(1).max(200).describe('Organization (id or slug) whose own keys.').exactOptional(),
  user: z.string().min(1).max(254).describe('User (id or email) whose own keys.').exactOptional(),
});

// It travels in a header: one that cannot would look like a provider that is out of reach, with each call.
const secret = z
  .string()
  .trim()
  .min(1)
  .max(10_000)
  .regex(/^[\x20-\x7e]*$/, 'A credential is one line of letters, digits and signs of ASCII.')
  .describe('The credential: one line of ASCII. Kept sealed, and never shown again.');

const keyFields = {
  name: name.describe('Name for people.'),
  organization: z
    .string()
    .min(1)
    .max(200)
    .describe(
      'Organization (id or slug) whose own key it is; its customer type must allow that. It is tested at once.',
    ),
  user: z.string().min(1).max(254).describe('User (id or email) whose own key it is, in the same way.'),
  base_url: z
    .string()
    .min(1)
    .max(2000)
    .describe(
      'Where an owner’s own key is used, if not at the provider’s address: public, or allowed by the operator.',
    ),
  is_primary: z.boolean().describe('Used first; takes the place of the primary before.'),
  weight: z.int().min(0).max(1_000_000).describe('Share of calls among keys of the same rank; 1 if missing.'),
  is_active: z.boolean().describe('Whether it is used.'),
  limits: keyLimits,
  plan: z
    .string()
    .min(1)
    .max(200)
    .describe('A plan of the platform: its id, or the name of one of this provider’s. Its limits hold for this key.'),
  expires_at: instant.describe('From when it is not used any more; ISO 8601.'),
};

export const newProviderKey = z.strictObject({
  name: keyFields.name,
  secret,
  organization: keyFields.organization.exactOptional(),
  user: keyFields.user.exactOptional(),
  base_url: keyFields.base_url.exactOptional(),
  is_primary: keyFields.is_primary.exactOptional(),
  weight: keyFields.weight.exactOptional(),
  is_active: keyFields.is_active.exactOptional(),
  limits: keyLimits.exactOptional(),
  plan: keyFields.plan.exactOptional(),
  expires_at: keyFields.expires_at.exactOptional(),
});

export const providerKeyChange = z.strictObject({
  name: keyFields.name.exactOptional(),
  secret: secret.exactOptional(),
  organization: keyFields.organization.nullable().exactOptional(),
  user: keyFields.user.nullable().exactOptional(),
  base_url: keyFields.base_url.nullable().exactOptional(),
  is_primary: keyFields.is_primary.exactOptional(),
  weight: keyFields.weight.exactOptional(),
  is_active: keyFields.is_active.exactOptional(),
  limits: keyLimits.nullable().exactOptional(),
  plan: keyFields.plan.nullable().exactOptional(),
  expires_at: keyFields.expires_at.nullable().exactOptional(),
});

const tokens = z.int().min(1).max(1_000_000_000);
const modelKind = z.enum(modelKinds).describe('What it does.');
const modelStatus = z
  .enum(['available', 'preview', 'announced', 'retired'])
  .describe('Calls go to available and preview models.');

const streamsAllOutput = z
  .boolean()
  .describe(
    'Whether every token billed as output passes by in a stream: then streams set aside slice by slice. `false` (if missing) ' +
      'for models that think in silence, and for those nobody has looked at: then a stream sets its whole limit aside.',
  );

export const model = z
  .object({
    id,
    provider: named,
    model_id: z.string().describe('Its id as the provider knows it.'),
    name: z.string().describe('The name that callers send and under which it is priced.'),
    kind: modelKind,
    context_window: z.int().nullable().describe('Tokens of input and output together.'),
    max_output_tokens: z.int().nullable().describe('The most output tokens of one call.'),
    default_output_tokens: z.int().nullable().describe('Output limit in tokens of calls that name none.'),
    tokenizer: z.string().describe('How tokens are counted before the provider has: `bytes` is the safe upper bound.'),
    streams_all_output: streamsAllOutput,
    status: modelStatus,
    ...stamps,
  })
  .meta({ id: 'Model' });

const modelFields = {
  provider: z.string().min(1).max(200).describe('Provider (id or name).'),
  model_id: z.string().min(1).max(300).describe('Its id as the provider knows it.'),
  kind: modelKind,
  context_window: tokens.describe('Tokens of input and output together.'),
  max_output_tokens: tokens.describe('The most output tokens of one call.'),
  default_output_tokens: tokens.describe('Output limit in tokens of calls that name none.'),
  tokenizer: z.string().min(1).max(63).describe('How tokens are counted beforehand; `bytes` if missing.'),
  streams_all_output: streamsAllOutput,
  status: modelStatus,
};

export const newModel = z.strictObject({
  provider: modelFields.provider,
  model_id: modelFields.model_id,
  name: callName.describe('The name that callers send and under which it is priced; it does not change.'),
  kind: modelKind.exactOptional(),
  context_window: modelFields.context_window.exactOptional(),
  max_output_tokens: modelFields.max_output_tokens.exactOptional(),
  default_output_tokens: modelFields.default_output_tokens.exactOptional(),
  tokenizer: modelFields.tokenizer.exactOptional(),
  streams_all_output: modelFields.streams_all_output.exactOptional(),
  status: modelStatus.exactOptional(),
});

export const modelChange = z.strictObject({
  provider: modelFields.provider.exactOptional(),
  model_id: modelFields.model_id.exactOptional(),
  kind: modelKind.exactOptional(),
  context_window: modelFields.context_window.nullable().exactOptional(),
  max_output_tokens: modelFields.max_output_tokens.nullable().exactOptional(),
  default_output_tokens: modelFields.default_output_tokens.nullable().exactOptional(),
  tokenizer: modelFields.tokenizer.exactOptional(),
  streams_all_output: modelFields.streams_all_output.exactOptional(),
  status: modelStatus.exactOptional(),
});

export const modelFilter = z.strictObject({ provider: modelFields.provider.exactOptional() });

const targets = z.array(callName).min(1).max(16).describe('Names of models, in the order in which they are tried.');

export const alias = z
  .object({
    id,
    name: z.string().describe('The name that callers send and under which it is priced.'),
    targets: z.array(z.string()).describe('Names of models, in the order in which they are tried.'),
    ...stamps,
  })
  .meta({ id: 'Alias' });

export const newAlias = z.strictObject({
  name: callName.describe('The name that callers send and under which it is priced; it does not change.'),
  targets,
});

export const aliasChange = z.strictObject({ targets: targets.exactOptional() });
