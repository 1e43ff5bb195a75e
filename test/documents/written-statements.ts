// The statements of the requirement documents, as they are written there.

export const update = `
-- Update a specific model
UPDATE model_pricing
SET
  price_per_request = 0.0105,
  price_per_1k_input_tokens = 0.003,
  price_per_1k_output_tokens = 0.015,
  notes = 'Real production costs (Jan 2026)'
WHERE model_name = 'claude-sonnet-4.5';`;

export const insert = `
-- Add a new model
INSERT INTO model_pricing (
  model_name,
  price_per_request,
  price_per_1k_input_tokens,
  price_per_1k_output_tokens,
  provider,
  is_custom,
  is_active
) VALUES (
  'claude-opus-4-5-20251101',
  0.0525,
  0.015,
  0.075,
  'anthropic',
  false,
  true
);`;

export const recalculate = `
   SELECT
     model,
     prompt_tokens,
     completion_tokens,
     cost_usd,
     (prompt_tokens / 1000.0 * 0.003) + (completion_tokens / 1000.0 * 0.015) as calculated_cost
   FROM usage_logs
   WHERE model = 'claude-sonnet-4.5'
   LIMIT 10;`;

export const list = 'SELECT model_name, price_per_request, provider FROM model_pricing ORDER BY provider, model_name;';
export const backUp = 'COPY (SELECT * FROM model_pricing) TO STDOUT CSV HEADER;';
