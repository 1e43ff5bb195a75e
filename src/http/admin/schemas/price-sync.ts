// Price lists against the book, as they are sent and shown.
import { z } from 'zod';
import { modelKinds } from '#core/catalog/catalog.ts';
import { doubts } from '#core/price-sync/candidate.ts';
import { component, condition, decimal, meter, price } from './prices.ts';
import { callName, currency, id, instant, shownCurrency } from './parts.ts';

const word = z.string().min(1).max(300);
const day = z.iso.date();
const source = z.string().describe('The list that says so.');
const per = z
  .string()
  .regex(/^\d{1,18}$/, 'Write it as text, such as "1000000".')
  .describe('How many units of the meter the price is for.');

const candidate = z
  .strictObject({
    source: word.describe('The list that says so.'),
    provider: word.describe('Whose price it is.'),
    model: word.describe('As the provider calls it.'),
    kind: z.enum(modelKinds).describe('What the model does, if the list says.').exactOptional(),
    meter,
    price: decimal,
    per,
    currency,
    when: condition.exactOptional(),
    starts: day.describe('The day (UTC) from which it counts.').exactOptional(),
    field: word.describe('The field of the list.'),
    doubts: z.array(z.enum(doubts)).max(10).describe('What its reader was unsure of.').exactOptional(),
  })
  .meta({ id: 'PriceCandidate' });

const candidatesMax = 100_000;

export const syncOrder = z.strictObject({
  candidates: z.array(candidate).max(candidatesMax).describe('What the lists say, one price each.'),
  with_new: z.boolean().describe('Propose models that the catalogue does not have, too.').exactOptional(),
  apply: z.boolean().describe('Publish what enough lists agree on and changes little.').exactOptional(),
});

const verdict = z.enum(['approvable', 'review', 'conflict', 'flagged', 'rejected', 'agreed']);
const plainPrice = z.object({ price: decimal, per, currency: shownCurrency });
const note = z.object({
  reason: z.string().describe('One word of a closed list, such as unit_slip.'),
  message: z.string().describe('The same for people.'),
});

const proposalFields = {
  name: z.string().describe('The name in the catalogue, or the list’s if it is not there.'),
  provider: z.string().describe('Whose model it is.'),
  model: z.string().describe('As the provider calls it.'),
  in_catalogue: z.boolean().describe('Whether the catalogue has it.'),
  component: component.describe('What is proposed.'),
  starts: z.string().describe('The day (UTC) from which it counts.').exactOptional(),
  change: z.enum(['new', 'changed', 'same']).describe('What it would be for the book.'),
  before: plainPrice.describe('What the book says.').exactOptional(),
  factor: z.string().describe('The new price is so many times the old one.').exactOptional(),
  verdict: verdict.describe('approvable: a rule may publish it; otherwise a person decides; rejected: nobody can.'),
  notes: z.array(note).describe('What is to be looked at.'),
  sources: z.array(z.string()).describe('The lists that say so.'),
  fields: z.array(z.string()).describe('Where they say so.'),
  seen_version_id: z.string().nullable().describe('The version that it was compared with.'),
};

const proposalId = z
  .string()
  .regex(/^[0-9a-f]{12}$/, 'Twelve hexadecimal digits.')
  .describe('Made from what is proposed: the same the next time.');

const residue = z.object({
  source,
  provider: z.string().describe('Whose price it is.'),
  model: z.string().describe('As the provider calls it.'),
  meter: z.string().describe('What it prices.'),
  field: z.string().describe('The field of the list.'),
  digits: z.int().describe('So many digits no price has.'),
  given_elsewhere: z.boolean().describe('Another list has the same price in few digits.'),
});

export const syncReport = z.object({
  proposals: z
    .array(z.object({ id: proposalId, ...proposalFields }).meta({ id: 'PriceProposal' }))
    .describe('One for each price of each model that a list names.'),
  residues: z.array(residue).describe('Numbers that were computed in binary: never proposed.'),
  outside: z
    .object({
      models: z.int().describe('How many models.'),
      prices: z.int().describe('How many prices of theirs.'),
    })
    .describe('What the lists say about models that the catalogue does not have.'),
  published: z.array(proposalId).describe('What was published at once.'),
});

export const approval = z.strictObject({
  ids: z.array(proposalId).min(1).max(5_000).describe('Proposals of the last sync.'),
});
export const approved = z.object({
  published: z.array(proposalId).describe('Published now.'),
  unchanged: z.array(proposalId).describe('Approved before, or in the book already.'),
  versions: z.array(price).describe('The price versions that came of them.'),
});

const state = z.enum(['open', 'approved']).describe('Whether somebody has decided.');

export const proposalFilter = z.strictObject({
  name: callName.describe('Name of the model.').exactOptional(),
  state: state.exactOptional(),
});
export const keptProposals = z.object({
  data: z
    .array(
      z.object({
        id: proposalId,
        state,
        proposed_by: z.string().describe('Who synced.'),
        proposed_at: instant.describe('When; ISO 8601.'),
        decided_by: z.string().nullable().describe('Who approved it.'),
        decided_at: instant.nullable().describe('When; ISO 8601.'),
        proposal: z.object(proposalFields).describe('What is proposed.'),
      }),
    )
    .describe('By name.'),
});

const aliasName = z.string().describe('The alias.');
const modelName = z.string().describe('The model that it resolves to.');

export const aliasReport = z.object({
  published: z
    .array(z.object({ alias: aliasName, model: modelName, price_id: id }))
    .describe('They got, or changed with, the price of their model.'),
  unchanged: z.array(z.string()).describe('They follow already.'),
  own_price: z.array(z.string()).describe('They have a price of their own.'),
  missing: z
    .array(z.object({ alias: aliasName, model: modelName }))
    .describe('The model that they resolve to has no price.'),
});
