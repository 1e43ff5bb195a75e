/** What kind of price a version is, in the words of the required tables. */
export const pricingTypes = [
  'standard',
  'free_tier',
  'volume_discount',
  'committed_use',
  'promotional',
  'negotiated',
] as const;
export type PricingType = (typeof pricingTypes)[number];
