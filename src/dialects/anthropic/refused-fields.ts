// Fields by which a call could become another one than was priced and held; everything else that is unknown passes through.
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';

export interface Refused {
  readonly message: string;
  readonly param: string;
}

/** What decides price and hold. */
const decisive: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'tools',
  'max_tokens',
  'stream',
  'thinking',
  'service_tier',
  'speed',
  'inference_geo',
]);

const choosesAnotherModel: ReadonlySet<string> = new Set([
  'models',
  'route',
  'fallbacks',
  'fallback_model',
  'api_base',
  'api_key',
]);

// Run at the provider, and billed beside the tokens or by tokens that nothing bounds.
const billedBeside: ReadonlySet<string> = new Set(['mcp_servers', 'container']);

/** Tools that the caller runs; whatever else has a type of its own is run by the provider. */
const callersTool = /^(?:custom|(?:bash|text_editor|computer|memory)_\d+)$/;

// Whom the provider bills is the operator's to say.
const choosesAnotherAccount: ReadonlySet<string> = new Set(['billing_policy', 'user_profile_id', 'workspace_id']);

export function refusedField(fields: Fields): Refused | undefined {
  for (const param in fields) {
    if (decisive.has(param)) continue;
    if (choosesAnotherModel.has(param)) {
      return {
        param,
        message: `"${param}" chooses a model or an address behind the one that is priced. Ask the operator for an alias.`,
      };
    }
    if (choosesAnotherAccount.has(param)) {
      return { param, message: `"${param}" chooses whom the provider bills, which is the operator's to say.` };
    }
    const value = fields[param];
    if (billedBeside.has(param) && value !== null && !(Array.isArray(value) && value.length === 0)) {
      return {
        param,
        message: `"${param}" runs tools at the provider, which bills them beside the tokens; they have no price here.`,
      };
    }
    // Some upstreams read names without regard to case, and the last one wins there.
    if (decisive.has(param.normalize('NFKC').toLowerCase())) {
      return {
        param,
        message: `"${param.slice(0, 64)}" is almost the name of a field that decides the price. Write it as documented.`,
      };
    }
  }
  return refusedTool(fields) ?? refusedEdit(fields);
}

function refusedTool(fields: Fields): Refused | undefined {
  for (const { type } of listOf(fields['tools'])) {
    if (type === undefined || type === null || (typeof type === 'string' && callersTool.test(type))) continue;
    const message = `The tool ${JSON.stringify(type).slice(0, 64)} runs at the provider, which bills it beside the tokens; it has no price here.`;
    return { param: 'tools', message };
  }
  return undefined;
}

/** A compaction writes output beyond the limit of the call. */
function refusedEdit(fields: Fields): Refused | undefined {
  const management = fields['context_management'];
  const edits = isFields(management) ? listOf(management['edits']) : [];
  if (!edits.some((edit) => wordOf(edit, 'type')?.startsWith('compact') === true)) return undefined;
  return {
    param: 'context_management',
    message: '"context_management" asks for a compaction, whose output no limit bounds.',
  };
}
