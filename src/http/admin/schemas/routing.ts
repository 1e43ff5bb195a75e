// Configurations and what they come to, as they are sent and shown.
import { z } from 'zod';
import { id, instant, name, named, stamps, text } from './parts.ts';

/** Read field by field in the core, which names every one that is wrong; docs/routing.md has them all. */
export const configData = z
  .record(z.string().max(200), z.unknown())
  .describe(
    'A configuration: strategy {mode: single | fallback | loadbalance | conditional, by, on_status_codes, conditions, default}, ' +
      'targets [{name, provider, model, weight, override_params}], retry {attempts, on_status_codes, backoff, patience_ms}, ' +
      'cache {mode: simple, ttl}, request_timeout, timeouts {head_ms, idle_ms}, and under metadata._neuropia (or without that level) ' +
      'sync_controls {budget {balance, currency, min_balance}, rate_limits {max_concurrent, cost_per_minute, rpm, tpm, rpd, tpd}} ' +
      'and async_tracking {enable_usage_tracking}. Unknown fields are refused; null takes away what an ancestor says. ' +
      'Money may be decimal text or a plain number.',
  )
  .meta({ id: 'Configuration' });

const mountPolicy = z
  .enum(['leaf_only', 'any_node', 'none'])
  .describe('Whether keys may be mounted here: only while nothing is below it, always, or never.');

export const configNode = z
  .object({
    id,
    name: z.string().describe('Unique name.'),
    description: z.string().nullable().describe('For people.'),
    parent: named.nullable().describe('The node above it; null: a root.'),
    mount_policy: mountPolicy,
    is_active: z.boolean().describe('Keys below a node that is switched off are refused.'),
    config_data: configData,
    computed_config: configData.describe('With what its ancestors say, the nearer one first.'),
    keys: z.int().describe('How many keys are mounted on it.'),
    children: z.int().describe('How many nodes are right below it.'),
    ...stamps,
  })
  .meta({ id: 'ConfigNode' });

const ref = z.string().min(1).max(200);
const fields = {
  name: name.describe('Unique name.'),
  description: text.describe('For people.'),
  parent: ref.describe('The node above it (id or name).'),
};

export const newConfigNode = z.strictObject({
  name: fields.name,
  description: fields.description.exactOptional(),
  parent: fields.parent.exactOptional(),
  mount_policy: mountPolicy.exactOptional(),
  is_active: z.boolean().describe('true if missing.').exactOptional(),
  config_data: configData.exactOptional(),
});

export const configNodeChange = z.strictObject({
  name: fields.name.exactOptional(),
  description: fields.description.nullable().exactOptional(),
  parent: fields.parent
    .nullable()
    .describe('Moves it, with all that is below it; null makes it a root.')
    .exactOptional(),
  mount_policy: mountPolicy.exactOptional(),
  is_active: z.boolean().describe('Switches it, and all keys below it, off and on again.').exactOptional(),
  config_data: configData.nullable().describe('Replaces all of it.').exactOptional(),
});

export const configNodeFilter = z.strictObject({
  parent: ref.describe('Only those right below it (id or name).').exactOptional(),
});

export const configTree = z.object({
  data: z
    .array(
      z.object({
        id,
        name: z.string().describe('Unique name.'),
        parent_id: z.string().nullable().describe('The node above it.'),
        depth: z.int().describe('How many nodes are above it.'),
        mount_policy: mountPolicy,
        is_active: z.boolean().describe('Whether it is switched on.'),
        config_data: configData,
        keys: z.int().describe('How many keys are mounted on it.'),
      }),
    )
    .describe('Each node behind its parent.'),
});

const origin = z.object({
  kind: z.enum(['config_node', 'virtual_key']).describe('What said it.'),
  id,
  name: z.string().describe('Its name.'),
});

export const effectiveConfig = z
  .object({
    config: configData.describe('The merge: the nearer one wins, lists replace, objects merge.'),
    origins: z
      .array(z.object({ path: z.string().describe('Field of `config`; a list is one field.'), from: origin }))
      .describe('Which ancestor, or the key itself, said each field.'),
    limits: z
      .array(
        z.object({
          config_node: z.object({ id, name: z.string().describe('Its name.') }),
          sync_controls: z.unknown().describe('What it allows all keys below it together.'),
        }),
      )
      .describe('Limits of ancestors, each of which holds beside the key’s own.'),
    refused: z.string().nullable().describe('Why no key can call with it.'),
    problems: z
      .array(z.object({ path: z.string().describe('Field.'), message: z.string().describe('What is wrong with it.') }))
      .describe('What is wrong with it, if anything.'),
  })
  .meta({ id: 'EffectiveConfiguration' });

export const routingHealth = z
  .object({
    targets: z
      .array(
        z.object({
          target: z.string().describe('Name of the model.'),
          provider: z.string().describe('Name of its provider.'),
          state: z
            .enum(['closed', 'open', 'half_open'])
            .describe('`open`: passed over while there is another target; `half_open`: one call finds out.'),
          half_open_at: instant.nullable().describe('From when one call may find out; ISO 8601.'),
          latency_ms: z.number().nullable().describe('Milliseconds until answers begin, the newest counting most.'),
          calls: z.int().describe('Requests since this process started.'),
          failures: z.int().describe('How many of them failed.'),
        }),
      )
      .describe('Every target that was called since this process started.'),
    resting_keys: z
      .array(
        z.object({
          provider_key_id: id,
          model: z.string().nullable().describe('Only for this model; null: for all.'),
          because: z.enum(['refused', 'rate_limited']).describe('What its provider said.'),
          until: instant.describe('When it is used again like the others; ISO 8601.'),
        }),
      )
      .describe('Provider keys that are used only when there is no other.'),
  })
  .meta({ id: 'RoutingHealth' });
