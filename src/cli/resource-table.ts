// The rows that operators keep, as commands: each with its columns and its fields.
import type { Field } from './fields.ts';

export interface ResourceCommands {
  readonly name: string;
  /** Below `/api/v1/`. */
  readonly path: string;
  readonly noun: string;
  readonly columns: readonly string[];
  readonly filters?: readonly Field[];
  /** What is said when it is made, and cannot be changed. */
  readonly first: readonly Field[];
  readonly fields: readonly Field[];
  readonly removable?: boolean;
}

const limits: Field = {
  flag: '--limits <json>',
  says: 'such as {"rpm": 60, "budget": {"month": "100"}}',
  kind: 'json',
};
const notes: Field = { flag: '--notes <text>', says: 'notes for operators' };
const customerType: Field = { flag: '--customer-type <ref>', says: 'whose prices apply: id or name' };
const currency: Field = { flag: '--currency <code>', says: 'of its wallet; usd if missing' };
const status = (words: string): Field => ({ flag: '--status <status>', says: words });

export const resourceTable: readonly ResourceCommands[] = [
  {
    name: 'customer-types',
    path: 'customer-types',
    noun: 'customer type',
    columns: ['id', 'name', 'byok_allowed', 'notes'],
    first: [],
    fields: [
      { flag: '--name <name>', says: 'unique name' },
      { flag: '--byok-allowed <yes-no>', says: 'its customers may bring provider keys of their own', kind: 'yes-no' },
      notes,
    ],
  },
  {
    name: 'orgs',
    path: 'organizations',
    noun: 'organization',
    columns: ['id', 'slug', 'name', 'status', 'customer_type', 'wallets'],
    filters: [status('active or disabled')],
    first: [currency],
    fields: [
      { flag: '--name <name>', says: 'name for people' },
      { flag: '--slug <slug>', says: 'short name; made from the name if missing' },
      status('active or disabled'),
      customerType,
      {
        flag: '--only-priced-names <yes-no>',
        says: 'yes: names without a price of its own or its customer type’s do not exist for its keys',
        kind: 'yes-no',
      },
      { flag: '--byok-policy <policy>', says: 'its own provider keys: first, fallback or off' },
      { flag: '--contact <text>', says: 'whom to write to' },
      notes,
      limits,
    ],
  },
  {
    name: 'users',
    path: 'users',
    noun: 'user',
    columns: ['id', 'email', 'organization', 'role', 'status', 'wallets'],
    filters: [{ flag: '--organization <ref>', says: 'id or slug' }, status('pending, active or canceled')],
    first: [currency],
    fields: [
      { flag: '--email <email>', says: 'email address' },
      { flag: '--username <name>', says: 'unique name' },
      { flag: '--organization <ref>', says: 'id or slug' },
      customerType,
      { flag: '--role <role>', says: 'superadmin, org_admin or member' },
      status('pending, active or canceled'),
      limits,
    ],
  },
  {
    name: 'providers',
    path: 'providers',
    noun: 'provider',
    columns: ['id', 'name', 'adapter', 'base_url', 'status', 'keys'],
    first: [{ flag: '--name <name>', says: 'unique short name', required: true }],
    fields: [
      { flag: '--adapter <name>', says: 'how it is spoken to' },
      { flag: '--base-url <url>', says: 'where it is' },
      { flag: '--display-name <name>', says: 'name for people' },
      { flag: '--type <type>', says: 'llm, image, video, voice or music' },
      status('active or disabled'),
      { flag: '--settings <json>', says: 'settings of the adapter', kind: 'json' },
      { flag: '--is-default <yes-no>', says: 'the first choice among those of its type', kind: 'yes-no' },
      { flag: '--api-version <version>', says: 'version of its API' },
      { flag: '--logo-url <url>', says: 'where its logo is' },
      { flag: '--description <text>', says: 'for people' },
      { flag: '--documentation-url <url>', says: 'where its documentation is' },
    ],
  },
  {
    name: 'models',
    path: 'models',
    noun: 'model',
    columns: ['name', 'provider', 'model_id', 'kind', 'context_window', 'max_output_tokens', 'status'],
    filters: [{ flag: '--provider <ref>', says: 'id or name' }],
    first: [{ flag: '--name <name>', says: 'what callers send', required: true }],
    fields: [
      { flag: '--provider <ref>', says: 'id or name' },
      { flag: '--model-id <id>', says: 'its id as the provider knows it' },
      {
        flag: '--kind <kind>',
        says: 'chat, embedding, image, video, speech, transcription, music, rerank, ocr, moderation, agent or service',
      },
      { flag: '--context-window <tokens>', says: 'input and output together', kind: 'whole' },
      { flag: '--max-output-tokens <tokens>', says: 'the most of one call', kind: 'whole' },
      { flag: '--default-output-tokens <tokens>', says: 'for calls that name no limit', kind: 'whole' },
      { flag: '--tokenizer <name>', says: 'how tokens are counted beforehand' },
      { flag: '--streams-all-output <yes-no>', says: 'no output is billed that is not streamed', kind: 'yes-no' },
      status('available, preview, announced or retired'),
    ],
  },
  {
    name: 'config-nodes',
    path: 'config-nodes',
    noun: 'config node',
    columns: ['id', 'name', 'parent', 'mount_policy', 'is_active', 'keys', 'children'],
    filters: [{ flag: '--parent <ref>', says: 'only those right below it: id or name' }],
    first: [],
    fields: [
      { flag: '--name <name>', says: 'unique name' },
      { flag: '--description <text>', says: 'for people' },
      { flag: '--parent <ref>', says: 'the node above it: id or name' },
      { flag: '--mount-policy <policy>', says: 'leaf_only, any_node or none' },
      { flag: '--is-active <yes-no>', says: 'switch it, and all keys below it, on or off', kind: 'yes-no' },
      { flag: '--config-data <json>', says: 'strategy, targets, retry, cache, …', kind: 'json' },
    ],
    removable: true,
  },
  {
    name: 'aliases',
    path: 'aliases',
    noun: 'alias',
    columns: ['id', 'name', 'targets'],
    first: [{ flag: '--name <name>', says: 'what callers send', required: true }],
    fields: [{ flag: '--targets <models>', says: 'names of models, in order, with commas between', kind: 'list' }],
    removable: true,
  },
];
