// Where each kind of row is read from, and how the API shows it.
import type { Noun } from './noun.ts';
import { instant, money, named, versioned, walletsOf } from './sql.ts';

export const customerTypes: Noun = {
  name: 'customer_type',
  table: 'faregate.customer_type',
  alias: 'ct',
  select: `${versioned('ct')}, ct.name, ct.notes, ct.byok_allowed`,
  from: 'faregate.customer_type ct',
  names: ['name'],
  topic: 'callers',
};

export const organizations: Noun = {
  name: 'organization',
  table: 'faregate.organization',
  alias: 'o',
  select: [
    `${versioned('o')}, o.slug, o.name, o.status, ${named('ct', 'name')} as customer_type, o.only_priced_names, o.byok_policy, o.contact, o.notes, o.limits`,
    `${walletsOf('w.organization_id = o.id')} as wallets`,
  ].join(', '),
  from: 'faregate.organization o left join faregate.customer_type ct on ct.id = o.customer_type_id',
  names: ['slug'],
  topic: 'callers',
};

export const users: Noun = {
  name: 'user',
  table: 'faregate.user_profile',
  alias: 'u',
  select: [
    `${versioned('u')}, u.email, u.username, ${named('o', 'slug')} as organization`,
    `${named('ct', 'name')} as customer_type, u.role, u.status, u.limits`,
    `${walletsOf('w.user_id = u.id')} as wallets, ${instant('u.canceled_at')} as canceled_at`,
  ].join(', '),
  from: [
    'faregate.user_profile u left join faregate.organization o on o.id = u.organization_id',
    'left join faregate.customer_type ct on ct.id = u.customer_type_id',
  ].join(' '),
  names: ['email'],
  topic: 'callers',
};

export const wallets: Noun = {
  name: 'wallet',
  table: 'faregate.wallet',
  alias: 'w',
  select: [
    `w.id, w.currency, ${money('w.balance', 'w.currency')} as balance, ${named('o', 'slug')} as organization`,
    `${named('u', 'email')} as user, ${instant('w.created_at')} as created_at`,
  ].join(', '),
  from: [
    'faregate.wallet w left join faregate.organization o on o.id = w.organization_id',
    'left join faregate.user_profile u on u.id = w.user_id',
  ].join(' '),
  names: [],
  topic: 'callers',
};

const keyWallet = `jsonb_build_object('id', w.id, 'currency', w.currency, 'balance', ${money('w.balance', 'w.currency')})`;

export const virtualKeys: Noun = {
  name: 'virtual_key',
  table: 'faregate.virtual_key',
  alias: 'k',
  select: [
    `${versioned('k')}, k.name, k.description, k.key_prefix, k.is_active, ${named('u', 'email')} as user`,
    `${named('o', 'slug')} as organization, ${keyWallet} as wallet, k.may_see_cost, k.overspend_policy`,
    `k.default_output_tokens, k.allowed_models, k.limits, ${instant('k.expires_at')} as expires_at`,
    `${instant('k.revoked_at')} as revoked_at, ${named('n', 'name')} as config_node, k.config_data, k.computed_config`,
  ].join(', '),
  from: [
    'faregate.virtual_key k join faregate.wallet w on w.id = k.wallet_id',
    'left join faregate.user_profile u on u.id = k.user_id',
    'left join faregate.organization o on o.id = k.organization_id',
    'left join faregate.config_node n on n.id = k.primary_config_node_id',
  ].join(' '),
  names: [],
  topic: 'callers',
};

export const configNodes: Noun = {
  name: 'config_node',
  table: 'faregate.config_node',
  alias: 'n',
  select: [
    `${versioned('n')}, n.name, n.description, ${named('above', 'name')} as parent, n.mount_policy, n.is_active`,
    'n.config_data, n.computed_config',
    `(select count(*)::integer from faregate.virtual_key k where k.primary_config_node_id = n.id and k.revoked_at is null) as keys`,
    '(select count(*)::integer from faregate.config_node c where c.parent_id = n.id) as children',
  ].join(', '),
  from: 'faregate.config_node n left join faregate.config_node above on above.id = n.parent_id',
  names: ['name'],
  topic: 'callers',
};

export const providers: Noun = {
  name: 'provider',
  table: 'faregate.provider',
  alias: 'p',
  select: [
    `${versioned('p')}, p.name, p.display_name, p.type, p.adapter, p.base_url, p.status, p.settings`,
    'p.is_default, p.api_version, p.logo_url, p.description, p.documentation_url',
    '(select count(*)::integer from faregate.provider_key k where k.provider_id = p.id and k.is_active) as keys',
  ].join(', '),
  from: 'faregate.provider p',
  names: ['name'],
  topic: 'catalog',
};

export const providerKeys: Noun = {
  name: 'provider_key',
  table: 'faregate.provider_key',
  alias: 'k',
  select: [
    `${versioned('k')}, ${named('p', 'name')} as provider, ${named('o', 'slug')} as organization, k.name, k.prefix`,
    `${named('u', 'email')} as user, k.base_url, k.is_primary, k.weight, k.is_active, k.limits`,
    `${named('l', 'plan_name')} as plan`,
    `${instant('k.expires_at')} as expires_at, k.is_valid, ${instant('k.last_validated_at')} as last_validated_at`,
    'k.validation_error',
  ].join(', '),
  from: [
    'faregate.provider_key k join faregate.provider p on p.id = k.provider_id',
    'left join faregate.organization o on o.id = k.organization_id',
    'left join faregate.user_profile u on u.id = k.user_id',
    'left join faregate.plan l on l.id = k.plan_id',
  ].join(' '),
  names: [],
  topic: 'catalog',
};

export const models: Noun = {
  name: 'model',
  table: 'faregate.model',
  alias: 'm',
  select: [
    `${versioned('m')}, ${named('p', 'name')} as provider, m.model_id, m.name, m.kind, m.context_window`,
    'm.max_output_tokens, m.default_output_tokens, m.tokenizer, m.streams_all_output, m.status',
  ].join(', '),
  from: 'faregate.model m join faregate.provider p on p.id = m.provider_id',
  names: ['name'],
  topic: 'catalog',
};

export const aliases: Noun = {
  name: 'alias',
  table: 'faregate.alias',
  alias: 'a',
  select: `${versioned('a')}, a.name, a.targets`,
  from: 'faregate.alias a',
  names: ['name'],
  topic: 'catalog',
};

const priceState = [
  "case when p.state <> 'approved' then p.state",
  "when not p.is_enabled then 'disabled'",
  "when p.valid_to = p.valid_from then 'replaced'",
  "when p.valid_to <= clock_timestamp() then 'ended'",
  "when p.valid_from > clock_timestamp() then 'scheduled'",
  "else 'current' end",
].join(' ');

export const prices = {
  name: 'price_version',
  table: 'faregate.price_version',
  alias: 'p',
  select: [
    'p.id, p.book',
    `coalesce(${named('o', 'name')}, ${named('ct', 'name')}) as owner`,
    `jsonb_build_object('kind', p.subject_kind, 'name', p.subject_name) as subject`,
    'p.currency, p.pricing_model, p.components, p.modifiers, p.row_id, p.pricing_type, p.is_custom, p.is_enabled, p.notes, p.attributes',
    `${instant('p.valid_from')} as valid_from, ${instant('p.valid_to')} as valid_to`,
    `${instant('p.recorded_at')} as recorded_at, p.predecessor_id, p.author, p.provenance, ${priceState} as state`,
    `${instant('p.approved_at')} as approved_at, p.approved_by, ${instant('p.superseded_at')} as superseded_at`,
  ].join(', '),
  from: [
    'faregate.price_version p left join faregate.organization o on o.id = p.owner_id',
    'left join faregate.customer_type ct on ct.id = p.owner_id',
  ].join(' '),
  names: [],
  topic: 'catalog',
  state: priceState,
} as const satisfies Noun & { state: string };

export const vouchers = {
  name: 'voucher',
  table: 'faregate.voucher',
  alias: 'v',
  select: [
    `v.id, v.code_prefix, ${money('v.amount', 'v.currency')} as amount, v.currency, ${voucherStatus()} as status`,
    `${instant('v.expires_at')} as expires_at, ${instant('v.redeemed_at')} as redeemed_at, v.redeemed_wallet_id`,
    `v.top_up_id, v.author, ${instant('v.created_at')} as created_at`,
  ].join(', '),
  from: 'faregate.voucher v',
  names: [],
  topic: 'callers',
  status: voucherStatus(),
} as const satisfies Noun & { status: string };

function voucherStatus(): string {
  return `case when v.redeemed_at is not null then 'redeemed' when v.expires_at <= clock_timestamp() then 'expired' else 'open' end`;
}
