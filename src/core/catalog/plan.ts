export const tierTypes = ['free', 'trial', 'paid', 'enterprise', 'committed_use'] as const;
export type TierType = (typeof tierTypes)[number];

export const authTypes = ['api_key', 'service_account', 'oauth'] as const;
