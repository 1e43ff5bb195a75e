// Fields by which a call could become another one than was priced and held; everything else that is unknown passes through.
import type { Fields } from '#core/usage/counts.ts';
import { fieldOf, innerOf, listAt, snakeOf } from './fields.ts';

export interface Refused {
  readonly message: string;
  readonly param: string;
}

/** What decides price and hold, and where it stands. */
const decisive = {
  request: new Set([
    'model',
    'contents',
    'systemInstruction',
    'tools',
    'generationConfig',
    'cachedContent',
    'continuationToken',
    'serviceTier',
    'generateContentRequest',
    'content',
    'requests',
  ]),
  config: new Set([
    'maxOutputTokens',
    'candidateCount',
    'thinkingConfig',
    'responseModalities',
    'routingConfig',
    'modelSelectionConfig',
    'modelConfig',
  ]),
} as const;

const unbounded: Readonly<Record<string, string>> = {
  cachedContent:
    'names a prompt that lies with the provider: nothing here bounds its tokens, and its storage is billed.',
  continuationToken: 'goes on with an answer that lies with the provider: nothing here bounds its tokens.',
};

const anotherModel = ['routingConfig', 'modelSelectionConfig', 'modelConfig'] as const;

export function refusedField(fields: Fields): Refused | undefined {
  const config = innerOf(fields, 'generationConfig');
  return (
    misspelt(fields, decisive.request, '') ??
    misspelt(config, decisive.config, 'generationConfig.') ??
    refusedReference(fields) ??
    refusedRoute(config) ??
    refusedTool(fields)
  );
}

/** One field under two names, or almost under its own: who else reads the body may take the other one. */
function misspelt(fields: Fields, names: ReadonlySet<string>, at: string): Refused | undefined {
  const seen = new Set<string>();
  for (const param in fields) {
    const name = [...names].find((each) => plain(each) === plain(param));
    if (name === undefined) continue;
    if (param !== name && param !== snakeOf(name)) {
      return {
        param: `${at}${param.slice(0, 64)}`,
        message: `"${param.slice(0, 64)}" is almost the name of a field that decides the price. Write it as documented.`,
      };
    }
    if (seen.has(name))
      return { param: `${at}${name}`, message: `"${at}${name}" is said twice, under both of its names.` };
    seen.add(name);
  }
  return undefined;
}

function plain(name: string): string {
  return name.normalize('NFKC').toLowerCase().replaceAll('_', '');
}

function refusedReference(fields: Fields): Refused | undefined {
  const param = Object.keys(unbounded).find((name) => fieldOf(fields, name) !== undefined);
  return param === undefined ? undefined : { param, message: `"${param}" ${unbounded[param] ?? ''}` };
}

function refusedRoute(config: Fields): Refused | undefined {
  const name = anotherModel.find((each) => fieldOf(config, each) !== undefined);
  if (name === undefined) return undefined;
  const param = `generationConfig.${name}`;
  return { param, message: `"${param}" chooses a model behind the one that is priced. Ask the operator for an alias.` };
}

const callersOwn: ReadonlySet<string> = new Set(['functionDeclarations', 'function_declarations']);

/** Functions are the caller's to run; whatever else is a tool is run by the provider. */
function refusedTool(fields: Fields): Refused | undefined {
  for (const tool of listAt(fields, 'tools')) {
    const name = Object.keys(tool).find((each) => !callersOwn.has(each));
    if (name === undefined) continue;
    const said = name.slice(0, 64);
    const message = `The tool "${said}" runs at the provider, which bills it beside the tokens; it has no price here.`;
    return { param: `tools.${said}`, message };
  }
  return undefined;
}
