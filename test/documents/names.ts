// Every name of the requirement documents that is no table: paths, pages, scripts, files, services, keys, words.

/** Of the documents' HTTP interfaces; a parameter as they write it. */
export const paths: readonly string[] = [
  '/api/v1/organizations/onboard',
  '/api/v1/integrations/{org_slug}/{provider}/pricing',
  '/api/admin/analytics',
  '/api/admin/model-pricing',
];

export const pages: readonly string[] = [
  '/admin/model-pricing',
  '/admin/analytics',
  '/dashboard',
  '/dashboard/logs',
  '/docs/guides/models',
];

export const scripts: readonly string[] = [
  'scripts/sync-model-pricing-production.mjs',
  'scripts/sync-custom-model-pricing.mjs',
  'TYPICAL_INPUT_TOKENS',
  'TYPICAL_OUTPUT_TOKENS',
  'PRODUCTION_PRICING',
];

export const files: readonly string[] = [
  'lib/config/app.ts',
  'lib/gateway/usage-tracker.ts',
  'app/admin/model-pricing/page.tsx',
  'app/api/admin/model-pricing/route.ts',
  'content/docs/guides/models.mdx',
  'CUSTOM_MODEL_PRICING_EXPLAINED.md',
  'configs/llm/seed/schemas/llm_model_pricing.json',
  'configs/llm/seed/schemas/llm_subscriptions.json',
  'configs/llm/seed/data/default_pricing.csv',
  'configs/llm/seed/data/default_subscriptions.csv',
  'data-pipeline-service/docs/LLM_SUBSCRIPTION_CRUD.md',
  'fronted-system/docs/LLM_SUBSCRIPTION_CONFIG.md',
  '../../ARCHITECTURE.md',
];

export const services: readonly string[] = [
  'data-pipeline-service',
  'port 8001',
  'fronted-system',
  'http://localhost:3000',
  '{org_slug}_prod',
  'BigQuery',
  'Redis',
  'LiteLLM',
  '$DATABASE_URL',
];

export const realTimeKeys: readonly string[] = [
  'user_balance:<user_id>',
  'virtual_key_usage:<virtual_key>',
  'virtual_key_meta:<virtual_key>',
  'customer_rate:<customer_rate_id>',
];

export const words: readonly string[] = [
  'modelPricing',
  'modelPricingRequests',
  'token_source',
  'prompt_tokens_details',
  'completion_tokens_details',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'computed_config',
  'strategy',
  'targets',
  'retry',
  'cache',
  'metadata._neuropia.sync_controls.budget',
  'rate_limits',
  'metadata._neuropia.async_tracking',
  'Pricing incomplete',
];
