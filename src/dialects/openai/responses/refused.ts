// What a request for a response could be billed for beside its tokens, or beyond any bound.
import { type Fields, isFields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { isSaid, type Wrong } from '../checks.ts';
import { refusedField } from '../refused-fields.ts';

/** Tools that the caller runs; whatever else is offered the provider runs, and bills. */
const callersTools: ReadonlySet<string> = new Set(['function', 'custom', 'local_shell', 'apply_patch']);

export function refusedInResponse(fields: Fields): Wrong | undefined {
  return refusedField(fields) ?? refusedWhole(fields) ?? refusedTools(fields['tools'], 'tools') ?? refusedItem(fields);
}

function refusedWhole(fields: Fields): Wrong | undefined {
  if (fields['background'] === true) {
    const message =
      '"background" leaves the answer and its bill with the provider, to be fetched later; nobody here does.';
    return { param: 'background', message };
  }
  if (isSaid(fields['prompt'])) {
    const message = '"prompt" names a template that lies with the provider, so that what it asks for cannot be priced.';
    return { param: 'prompt', message };
  }
  for (const param of ['image', 'moderation'] as const) {
    if (!isSaid(fields[param])) continue;
    return { param, message: `"${param}" asks for another model's work inside the call, which has no price here.` };
  }
  const edit = listOf(fields['context_management']).findIndex((each) => each['type'] === 'compaction');
  if (edit < 0) return undefined;
  const message = '"context_management" asks for a compaction, whose output no limit bounds.';
  return { param: 'context_management', message };
}

function refusedTools(tools: unknown, at: string): Wrong | undefined {
  for (const [index, tool] of listOf(tools).entries()) {
    const refused = refusedTool(tool, `${at}.${index}`);
    if (refused) return refused;
  }
  return undefined;
}

function refusedTool(tool: Fields, at: string): Wrong | undefined {
  const { type } = tool;
  if (type === 'namespace') return refusedTools(tool['tools'], `${at}.tools`);
  if (type === 'shell' && wordOf(partOf(tool, 'environment'), 'type') === 'local') return undefined;
  if (type === 'tool_search' && tool['execution'] === 'client') return undefined;
  if (typeof type === 'string' && callersTools.has(type)) return undefined;
  const name = JSON.stringify(type ?? null).slice(0, 64);
  const message = `The tool ${name} runs at the provider, which bills it beside the tokens; it has no price here.`;
  return { param: at, message };
}

/** Items may bring tools along, or ask for what tools do. */
function refusedItem({ input }: Fields): Wrong | undefined {
  for (const [index, item] of listOf(input).entries()) {
    const brought = item['tools'];
    if (isSaid(brought)) {
      const refused = refusedTools(brought, `input.${index}.tools`);
      if (refused) return refused;
    }
    if (isFields(item) && item['type'] === 'compaction_trigger') {
      return { param: `input.${index}`, message: 'A compaction has an output that no limit bounds.' };
    }
  }
  return undefined;
}
