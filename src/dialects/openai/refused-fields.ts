// Fields by which a call could become another one than was priced and held; everything else that is unknown passes through.

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

// Searches are billed by the piece, beside the tokens, and no quote covers them.
const billedBeside: ReadonlySet<string> = new Set([
  'web_search_options',
  'search_parameters',
  'enable_search',
  'plugins',
]);

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
        message: `"${param}" asks for searches, which the provider bills beside the tokens and which have no price here.`,
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
