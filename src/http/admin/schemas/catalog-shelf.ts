// The catalogue as its sources and its files have it: models with their prices, what sources say, releases, plans.
import { z } from 'zod';
import { modelKinds } from '#core/catalog/catalog.ts';
import { areas, confidences, modelStatuses, modelTypes } from '#core/catalog/files/catalog-content.ts';
import { authTypes, tierTypes } from '#core/catalog/plan.ts';
import { importedTables } from '#ports/catalog-import.ts';
import { id, instant, named, organizationName, shownCurrency } from './parts.ts';
import { component, price } from './prices.ts';

const ref = z.string().min(1).max(200);
const date = z.string().describe('Day, YYYY-MM-DD.');
const type = z.enum(modelTypes).describe('What it makes.');
const kind = z.enum(modelKinds).describe('How it is called.');
const status = z.enum(modelStatuses).describe('`announced` and `retired` ones are not called.');
const confidence = z
  .enum(confidences)
  .describe('How sure the figure is; `refuted`: the approved price does not follow it.');
const provider = z.string().describe('Name of the provider.');
const source = z.string().describe('Which document or list it is from.');
const record = z.record(z.string(), z.unknown());

const cataloguedPrice = z.object({
  id,
  currency: shownCurrency,
  components: z.array(component).describe('What is charged for what.'),
  modifiers: z.array(z.unknown()).describe('Factors on top.'),
  valid_from: instant,
  valid_to: instant.nullable().describe('The first instant at which it does not count any more; null: open.'),
  notes: z.string().nullable().describe('Why it is this one.'),
  provenance: z.string().nullable().describe('Where it comes from.'),
  attributes: record.describe('What its row carries beside the price, such as `confidence`.'),
});

const modelFields = {
  id,
  provider: named,
  model_id: z.string().describe('Its id as the provider knows it.'),
  name: z.string().describe('The name that callers send.'),
  display_name: z.string().nullable().describe('Name for people.'),
  kind,
  type,
  status,
  callable: z.boolean().describe('Its provider is active and has a key of the platform, or needs none.'),
  aliases: z.array(z.string()).describe('Other names that lead to it.'),
  context_window: z.int().nullable().describe('Tokens of input and output together.'),
  max_output_tokens: z.int().nullable().describe('The most output tokens of one call.'),
  supports_vision: z.boolean().describe('Takes images.'),
  supports_function_calling: z.boolean().describe('Takes tools.'),
  is_default: z.boolean().describe('The provider’s first choice.'),
  quality_tier: z.string().nullable().describe('Such as cheap or premium.'),
  credit_cost: z.string().nullable().describe('Credits per call: decimal text.'),
  capabilities: record.describe('What else is said of it.'),
  released_on: date.nullable(),
  retired_at: instant.nullable().describe('When its maker ends or ended it.'),
  notes: z.string().nullable().describe('For people.'),
  source: z.string().nullable().describe('The file that it stands in.'),
  imported: z.boolean().describe('From the files, and not changed by a person since.'),
  price: cataloguedPrice.nullable().describe('What the list has now; null: unpriced, which is not free.'),
  assertions: z.int().describe('How many things sources say of its price.'),
  conflicts: z.int().describe('How many of them are not followed.'),
};

export const cataloguedModel = z.object(modelFields).meta({ id: 'CataloguedModel' });

export const assertion = z
  .object({
    id,
    source,
    place: z.string().describe('Where in the source.'),
    provider,
    model: z.string().describe('Name of the model.'),
    meter: z.string().nullable().describe('What is counted; null where no figure is said.'),
    price: z.string().nullable().describe('Decimal text, as the source writes it.'),
    per: z.string().nullable().describe('How many units it is for.'),
    currency: z.string().nullable().describe('Currency code.'),
    condition: z.unknown().describe('When it holds.'),
    quoted: z.string().describe('The source’s own words.'),
    url: z.string().nullable().describe('Where the source is.'),
    confidence,
    reason: z.string().nullable().describe('Why the approved price follows it, or does not.'),
    recorded_at: instant,
  })
  .meta({ id: 'PriceAssertion' });

export const cataloguedModelDetail = z.object({
  ...modelFields,
  said: z.array(assertion).describe('What sources say of its price.'),
  versions: z.array(price).describe('All versions of its list price, the newest first.'),
});

export const release = z
  .object({
    id,
    provider,
    model: z.string().describe('As the source names it.'),
    dated: z.string().describe('As the source writes it.'),
    released_on: date.nullable(),
    status: z.enum(['released', 'announced']).describe('Whether it has come.'),
    notes: z.string().nullable().describe('For people.'),
    source,
  })
  .meta({ id: 'Release' });

export const recommendation = z
  .object({
    id,
    area: z.enum(areas).describe('For what.'),
    use_case: z.string().describe('For which use.'),
    model: z.string().describe('Name of the model.'),
    cost: z.string().describe('As the source writes it.'),
    reason: z.string().describe('Why.'),
    source,
  })
  .meta({ id: 'Recommendation' });

const limit = z.string().nullable();

export const plan = z
  .object({
    id,
    organization: organizationName.nullable().describe('Whose plan it is; null: the platform’s.'),
    provider,
    plan_name: z.string().describe('Its name.'),
    tier_type: z.enum(tierTypes).describe('What kind of plan it is.'),
    is_custom: z.boolean().describe('Added by a person.'),
    is_enabled: z.boolean().describe('Whether it counts.'),
    quantity: z.int().describe('Seats or units.'),
    unit_price_usd: z.string().describe('USD per month unless `contents.period` says otherwise: decimal text.'),
    effective_date: date,
    end_date: date.nullable(),
    auth_type: z.enum(authTypes).nullable().describe('How one signs in.'),
    trial_end_date: date.nullable(),
    trial_credit_usd: z.string().nullable().describe('USD: decimal text.'),
    rpm_limit: limit.describe('Requests per minute: a whole number as text.'),
    tpm_limit: limit.describe('Tokens per minute.'),
    rpd_limit: limit.describe('Requests per day.'),
    tpd_limit: limit.describe('Tokens per day.'),
    concurrent_limit: limit.describe('Requests at the same time.'),
    monthly_token_limit: limit.describe('Tokens per month.'),
    daily_token_limit: limit.describe('Tokens per day.'),
    committed_spend_usd: z.string().nullable().describe('USD per month: decimal text.'),
    commitment_term_months: z.int().nullable().describe('Months.'),
    discount_percentage: z.string().nullable().describe('0 to 100: decimal text.'),
    contents: record.describe('What it contains where that is no limit of calls, in the source’s words.'),
    source: z.string().nullable().describe('Which document it is from.'),
  })
  .meta({ id: 'Plan' });

export const cataloguedModelFilter = z.strictObject({
  provider: ref.describe('Name of the provider.').exactOptional(),
  type: type.exactOptional(),
  kind: kind.exactOptional(),
  status: status.exactOptional(),
});
export const assertionFilter = z.strictObject({
  model: ref.describe('Name of the model.').exactOptional(),
  provider: ref.describe('Name of the provider.').exactOptional(),
  source: ref.describe('Which document or list.').exactOptional(),
  confidence: confidence.exactOptional(),
});
export const releaseFilter = z.strictObject({
  status: z.enum(['released', 'announced']).describe('Whether it has come.').exactOptional(),
});
export const recommendationFilter = z.strictObject({ area: z.enum(areas).describe('For what.').exactOptional() });
export const planFilter = z.strictObject({
  provider: ref.describe('Name of the provider.').exactOptional(),
  tier_type: z.enum(tierTypes).describe('What kind of plan.').exactOptional(),
});

const filesMax = 200;
const fileCharactersMax = 1_000_000;

export const catalogImport = z.strictObject({
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(300).describe('As messages name it.'),
        text: z.string().max(fileCharactersMax).describe('YAML.'),
      }),
    )
    .min(1)
    .max(filesMax)
    .describe('All files of a catalogue; those that came with this version if missing.')
    .exactOptional(),
  dry_run: z.boolean().describe('Only say what would be changed.').exactOptional(),
});

const counts = z
  .object({
    added: z.int().describe('New rows.'),
    changed: z.int().describe('Rows that say something else now.'),
    left_alone: z.int().describe('Rows that people made or changed.'),
    unchanged: z.int().describe('Rows that say the same.'),
  })
  .meta({ id: 'ImportCounts' });

export const importReport = z
  .object({
    dry_run: z.boolean().describe('Whether nothing was kept.'),
    ...Object.fromEntries(importedTables.map((table) => [table, counts])),
  })
  .meta({ id: 'ImportReport' });
