// Fields by which a call could become another one than was priced and held; everything else that is unknown passes through.
import { isFields } from '#core/usage/counts.ts';

interface Refused {
  readonly message: string;
  readonly param: string;
}

/** What decides price and hold. */
const decisive: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'input',
  'n',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'instructions',
  'tools',
  'prompt',
  'suffix',
  'best_of',
  'echo',
  'previous_response_id',
  'conversation',
  'background',
  'stream',
  'stream_options',
  'service_tier',
]);

// Names under which some upstreams take other models or addresses (OpenRouter's `models` and `route`; LiteLLM's the rest).
const choosesAnotherModel: ReadonlySet<string> = new Set([
  'models',
  'route',
  'fallbacks',
  'api_base',
  'base_url',
  'api_key',
  'custom_llm_provider',
]);

// Searches, code and the like are billed by the piece, beside the tokens, and no quote covers them.
const billedBeside: ReadonlySet<string> = new Set([
  'web_search_options',
  'search_parameters',
  'enable_search',
  'search_settings',
  'enable_code_interpreter',
  'compound_custom',
  'guardrails',
  'plugins',
]);

/** Those that the caller runs; any other type is the provider's to run, and to bill. */
const callersTools: ReadonlySet<unknown> = new Set(['function', 'custom']);

export function refusedTool(tools: unknown): Refused | undefined {
  if (!Array.isArray(tools)) return undefined;
  const index = tools.findIndex((tool: unknown) => !(isFields(tool) && callersTools.has(tool['type'])));
  if (index < 0) return undefined;
  const param = isFields(tools[index]) ? `tools.${index}.type` : `tools.${index}`;
  return { param, message: `"${param}" must be function or custom: what a provider runs itself has no price here.` };
}

export function refusedField(
  fields: Readonly<Record<string, unknown>>,
  deciding: ReadonlySet<string> = decisive,
): Refused | undefined {
  for (const param in fields) {
    if (deciding.has(param)) continue;
    if (choosesAnotherModel.has(param)) {
      return {
        param,
        message: `"${param}" chooses a model or an address behind the one that is priced. Ask the operator for an alias.`,
      };
    }
    const value = fields[param];
    if (billedBeside.has(param) && value !== null && value !== false) {
      return {
        param,
        message: `"${param}" asks for searches or other work, which the provider bills beside the tokens and which has no price here.`,
      };
    }
    // Some upstreams read names without regard to case, and the last one wins there.
    if (deciding.has(param.normalize('NFKC').toLowerCase())) {
      return {
        param,
        message: `"${param.slice(0, 64)}" is almost the name of a field that decides the price. Write it as documented.`,
      };
    }
  }
  return undefined;
}
