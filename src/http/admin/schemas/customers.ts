// Customer types, organizations and users, as they are sent and shown.
import { z } from 'zod';
import { currency, id, instant, limits, name, named, organizationName, stamps, text, walletBalance } from './parts.ts';

const notes = text.describe('Notes for operators.');
const byokAllowed = z.boolean().describe('Its customers may bring provider keys of their own; false if missing.');
const byokPolicy = z
  .enum(['first', 'fallback', 'off'])
  .describe(
    'Provider keys of its own, where its customer type allows them: used before the platform’s, after them, or not at all; ' +
      '`first` if missing.',
  );

export const customerType = z
  .object({
    id,
    name: z.string().describe('Unique name.'),
    notes: z.string().nullable().describe('Notes for operators.'),
    byok_allowed: byokAllowed,
    ...stamps,
  })
  .meta({ id: 'CustomerType' });

export const newCustomerType = z.strictObject({
  name: name.describe('Unique name, such as "business".'),
  notes: notes.exactOptional(),
  byok_allowed: byokAllowed.exactOptional(),
});

export const customerTypeChange = z.strictObject({
  name: name.describe('Unique name.').exactOptional(),
  notes: notes.nullable().exactOptional(),
  byok_allowed: byokAllowed.exactOptional(),
});

const organizationStatus = z
  .enum(['active', 'disabled'])
  .describe('`disabled`: every key of the organization is refused.');

const customerTypeRef = z
  .string()
  .min(1)
  .max(200)
  .describe('Customer type (id or name) whose prices apply; the organization’s counts before the user’s own.');

const onlyPricedNames = z
  .boolean()
  .describe('Names without a negotiated, promotional or customer type’s price do not exist for its keys.');

export const organization = z
  .object({
    id,
    slug: z.string().describe('Short name in addresses.'),
    name: z.string().describe('Name for people.'),
    status: organizationStatus,
    customer_type: named.nullable().describe('Whose prices apply; null: the platform’s list.'),
    only_priced_names: onlyPricedNames,
    byok_policy: byokPolicy,
    contact: z.string().nullable().describe('Whom to write to.'),
    notes: z.string().nullable().describe('Notes for operators.'),
    limits,
    wallets: z.array(walletBalance).describe('One for each currency.'),
    ...stamps,
  })
  .meta({ id: 'Organization' });

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'Small letters, digits, _ and -, at most 63, beginning with a letter or digit.')
  .describe('Short name in addresses, unique.');

const organizationFields = {
  slug,
  name: name.describe('Name for people.'),
  status: organizationStatus,
  customer_type: customerTypeRef,
  contact: text.describe('Whom to write to.'),
  notes,
  limits,
};

export const newOrganization = z.strictObject({
  name: organizationFields.name,
  slug: slug.describe('Short name in addresses, unique; made from the name if missing.').exactOptional(),
  status: organizationStatus.exactOptional(),
  customer_type: customerTypeRef.exactOptional(),
  only_priced_names: onlyPricedNames.exactOptional(),
  byok_policy: byokPolicy.exactOptional(),
  contact: organizationFields.contact.exactOptional(),
  notes: notes.exactOptional(),
  limits: limits.exactOptional(),
  currency: currency.describe('Currency of the wallet that is made with it; usd if missing.').exactOptional(),
});

export const organizationChange = z.strictObject({
  slug: slug.exactOptional(),
  name: organizationFields.name.exactOptional(),
  status: organizationStatus.exactOptional(),
  customer_type: customerTypeRef.nullable().exactOptional(),
  only_priced_names: onlyPricedNames.exactOptional(),
  byok_policy: byokPolicy.exactOptional(),
  contact: organizationFields.contact.nullable().exactOptional(),
  notes: notes.nullable().exactOptional(),
  limits: limits.nullable().exactOptional(),
});

export const organizationFilter = z.strictObject({ status: organizationStatus.exactOptional() });

const role = z.enum(['superadmin', 'org_admin', 'member']).describe('What the user may administer.');
const userStatus = z.enum(['pending', 'active', 'canceled']).describe('Keys of a user who is not active are refused.');

export const user = z
  .object({
    id,
    email: z.string().describe('Email address, unique.'),
    username: z.string().nullable().describe('Unique name.'),
    organization: organizationName
      .nullable()
      .describe('The organization that pays for the user; null: a personal wallet.'),
    customer_type: named.nullable().describe('Whose prices apply to a user without an organization.'),
    role,
    status: userStatus,
    limits,
    wallets: z.array(walletBalance).describe('The user’s own, one for each currency.'),
    canceled_at: instant.nullable().describe('When the user was canceled; ISO 8601.'),
    ...stamps,
  })
  .meta({ id: 'User' });

const email = z
  .email('Write an email address, such as "ada@example.com".')
  .max(254)
  .toLowerCase()
  .describe('Email address, unique.');
const username = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'Letters, digits and _ . - only, at most 64.')
  .describe('Unique name.');
const organizationRef = z.string().min(1).max(200).describe('Organization (id or slug) that the user belongs to.');

export const newUser = z.strictObject({
  email,
  username: username.exactOptional(),
  organization: organizationRef.exactOptional(),
  customer_type: customerTypeRef.exactOptional(),
  role: role.exactOptional(),
  status: userStatus.exactOptional(),
  limits: limits.exactOptional(),
  currency: currency.describe('Currency of the wallet that is made with the user; usd if missing.').exactOptional(),
});

export const userChange = z.strictObject({
  email: email.exactOptional(),
  username: username.nullable().exactOptional(),
  organization: organizationRef.nullable().exactOptional(),
  customer_type: customerTypeRef.nullable().exactOptional(),
  role: role.exactOptional(),
  status: userStatus.exactOptional(),
  limits: limits.nullable().exactOptional(),
});

export const userFilter = z.strictObject({
  organization: organizationRef.exactOptional(),
  status: userStatus.exactOptional(),
});
