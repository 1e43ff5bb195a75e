// Everything of a request in Gemini's dialect but its conversation, in our words.
import type { ChatRequest, ChatTool, Structure, ToolChoice } from '#core/call/chat.ts';
import { isEffort, type Thinking } from '#core/call/thinking.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { fieldOf, innerOf, listAt, snakeOf, textOf } from './fields.ts';
import { jsonSchemaOf } from './schema.ts';

type Options = Omit<ChatRequest, 'system' | 'messages'>;

// The gateway sets the model and the limit.
const heededOfRequest = [
  'model',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'safetySettings',
  'serviceTier',
];

const heededOfConfig = [
  'maxOutputTokens',
  'candidateCount',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'stopSequences',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  'responseModalities',
  'thinkingConfig',
];

/** @throws NoCounterpart */
export function readOptions(fields: Fields): Options {
  refuseOthers(fields, heededOfRequest, '');
  const config = innerOf(fields, 'generationConfig');
  refuseOthers(config, heededOfConfig, 'generationConfig.');
  refuseSafety(fields);
  refuseTier(fields);
  refuseBeyondText(config);
  return {
    tools: listAt(fields, 'tools').flatMap(readTools),
    ...readToolChoice(fields),
    stop: stopsOf(fieldOf(config, 'stopSequences')),
    ...numbersOf(config),
    ...readThinking(config),
    ...readStructure(config),
  };
}

function refuseOthers(fields: Fields, heeded: readonly string[], at: string): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value === false || value === undefined) continue;
    if (!heeded.some((each) => each === name || snakeOf(each) === name)) throw new NoCounterpart(`${at}${name}`);
  }
}

const unguarded: ReadonlySet<unknown> = new Set(['BLOCK_NONE', 'OFF', 'HARM_BLOCK_THRESHOLD_UNSPECIFIED']);

/** Who asks for no filter asks for what others do anyway. */
function refuseSafety(fields: Fields): void {
  const asked = listAt(fields, 'safetySettings').some((each) => !unguarded.has(fieldOf(each, 'threshold')));
  if (asked) throw new NoCounterpart('safetySettings');
}

const onlyTiers: ReadonlySet<string> = new Set(['standard', 'unspecified']);

function refuseTier(fields: Fields): void {
  const tier = textOf(fields, 'serviceTier')?.toLowerCase();
  if (tier !== undefined && !onlyTiers.has(tier)) throw new NoCounterpart('serviceTier');
}

function refuseBeyondText(config: Fields): void {
  const modalities = fieldOf(config, 'responseModalities');
  const onlyText = !Array.isArray(modalities) || modalities.every((each) => each === 'TEXT');
  if (!onlyText) throw new NoCounterpart('generationConfig.responseModalities');
  const candidates = fieldOf(config, 'candidateCount');
  if (candidates !== undefined && candidates !== 1) throw new NoCounterpart('generationConfig.candidateCount');
}

function readTools(tool: Fields): readonly ChatTool[] {
  return listAt(tool, 'functionDeclarations').map((declared, index): ChatTool => {
    const at = `tools.functionDeclarations.${index}`;
    const { name } = declared;
    if (typeof name !== 'string') throw new NoCounterpart(`${at}.name`, 'must be a text.');
    refuseOthers(declared, ['name', 'description', 'parameters', 'parametersJsonSchema'], `${at}.`);
    const description = textOf(declared, 'description');
    const schema = fieldOf(declared, 'parametersJsonSchema');
    const parameters = isFields(schema) ? schema : jsonSchemaOf(innerOf(declared, 'parameters'), `${at}.parameters`);
    return { name, parameters, ...(description === undefined ? {} : { description }) };
  });
}

function readToolChoice(fields: Fields): Pick<Options, 'toolChoice'> {
  const config = innerOf(fields, 'toolConfig');
  refuseOthers(config, ['functionCallingConfig'], 'toolConfig.');
  const calling = innerOf(config, 'functionCallingConfig');
  const mode = textOf(calling, 'mode')?.toUpperCase();
  const allowed = fieldOf(calling, 'allowedFunctionNames');
  const names: readonly unknown[] = Array.isArray(allowed) ? allowed : [];
  const choice = toolChoiceOf(mode, names);
  return choice === undefined ? {} : { toolChoice: choice };
}

const at = 'toolConfig.functionCallingConfig';

function toolChoiceOf(mode: string | undefined, [first, ...more]: readonly unknown[]): ToolChoice | undefined {
  if (more.length > 0 || (first !== undefined && mode !== 'ANY')) throw new NoCounterpart(`${at}.allowedFunctionNames`);
  switch (mode) {
    case undefined:
    case 'MODE_UNSPECIFIED':
      return undefined;
    case 'AUTO':
      return 'auto';
    case 'NONE':
      return 'none';
    case 'ANY':
      return typeof first === 'string' ? { name: first } : 'required';
    default:
      throw new NoCounterpart(`${at}.mode`);
  }
}

function stopsOf(stops: unknown): readonly string[] {
  if (stops === undefined) return [];
  if (Array.isArray(stops) && stops.every((stop) => typeof stop === 'string')) return stops;
  throw new NoCounterpart('generationConfig.stopSequences', 'must be a list of texts.');
}

const numbers = ['temperature', 'topP', 'topK', 'seed', 'presencePenalty', 'frequencyPenalty'] as const;

function numbersOf(config: Fields): Pick<Options, (typeof numbers)[number]> {
  const said: Partial<Record<(typeof numbers)[number], number>> = {};
  for (const name of numbers) {
    const value = fieldOf(config, name);
    if (value === undefined) continue;
    if (typeof value !== 'number') throw new NoCounterpart(`generationConfig.${name}`, 'must be a number.');
    said[name] = value;
  }
  return said;
}

function readThinking(config: Fields): Pick<Options, 'thinking'> {
  const thinking = fieldOf(config, 'thinkingConfig');
  if (!isFields(thinking)) return {};
  refuseOthers(thinking, ['thinkingBudget', 'thinkingLevel', 'includeThoughts'], 'generationConfig.thinkingConfig.');
  const level = textOf(thinking, 'thinkingLevel')?.toLowerCase();
  const budget = fieldOf(thinking, 'thinkingBudget');
  const shown = fieldOf(thinking, 'includeThoughts') === true;
  if (level !== undefined && level !== 'thinking_level_unspecified' && !isEffort(level)) {
    throw new NoCounterpart('generationConfig.thinkingConfig.thinkingLevel');
  }
  const said: Thinking = {
    shown,
    ...(isEffort(level) ? { effort: level } : {}),
    // Below nothing it is left to the model.
    ...(typeof budget === 'number' && budget >= 0 ? { budget } : {}),
  };
  return said.effort === undefined && said.budget === undefined ? {} : { thinking: said };
}

function readStructure(config: Fields): Pick<Options, 'structure'> {
  const type = textOf(config, 'responseMimeType') ?? 'text/plain';
  const json = fieldOf(config, 'responseJsonSchema');
  const own = fieldOf(config, 'responseSchema');
  const schema = isFields(json)
    ? json
    : isFields(own)
      ? jsonSchemaOf(own, 'generationConfig.responseSchema')
      : undefined;
  if (type === 'text/plain' && schema === undefined) return {};
  if (type !== 'application/json') throw new NoCounterpart('generationConfig.responseMimeType');
  const structure: Structure = schema === undefined ? { kind: 'json' } : { kind: 'schema', name: 'answer', schema };
  return { structure };
}
