// An answer in our words, as a response of Gemini's dialect.
import type { AssistantPart, ChatAnswer, StopReason } from '#core/call/chat.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import { fieldOf, innerOf } from './fields.ts';
import { sealedText } from './sealed.ts';
import { usageMetadata } from './usage.ts';

export const finishReasons = {
  end: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'stop-sequence': 'STOP',
  refusal: 'SAFETY',
  pause: 'OTHER',
} as const satisfies Record<StopReason, string>;

export function responseOf(answer: ChatAnswer, call: ModelCall, usage: Usage): string {
  const content = { role: 'model', parts: partsOf(answer.parts, showsThoughts(call)) };
  return JSON.stringify({
    candidates: [{ content, finishReason: finishReasons[answer.stop], index: 0 }],
    usageMetadata: usageMetadata(usage),
    modelVersion: call.name,
    responseId: answer.id,
  });
}

/** Who has not asked to read along would take a thought for a part of the answer. */
export function showsThoughts({ body }: ModelCall): boolean {
  const fields: unknown = JSON.parse(body);
  const config = isFields(fields) ? innerOf(innerOf(fields, 'generationConfig'), 'thinkingConfig') : {};
  return fieldOf(config, 'includeThoughts') === true;
}

/** A seal stands on the part that follows what it seals; behind the last part it stands alone. */
function partsOf(parts: readonly AssistantPart[], thoughts: boolean): readonly Fields[] {
  const said: Fields[] = [];
  let sealed: Fields = {};
  for (const part of parts) {
    if (part.kind !== 'thought') {
      said.push({ ...partOf(part), ...sealed });
      sealed = {};
      continue;
    }
    if (part.seal) sealed = { thoughtSignature: sealedText(part.seal) };
    if (!thoughts || part.text === '') continue;
    said.push({ text: part.text, thought: true, ...sealed });
    sealed = {};
  }
  return sealed['thoughtSignature'] === undefined ? said : [...said, { text: '', ...sealed }];
}

function partOf(part: Exclude<AssistantPart, { readonly kind: 'thought' }>): Fields {
  return part.kind === 'text' ? { text: part.text } : calledPart(part);
}

export function calledPart(call: { readonly id: string; readonly name: string; readonly arguments: string }): Fields {
  return { functionCall: { id: call.id, name: call.name, args: argumentsOf(call.arguments) } };
}

/** A model may write what is no JSON; the caller sees it as it is. */
function argumentsOf(text: string): Fields {
  try {
    const parsed: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    return isFields(parsed) ? parsed : { arguments: parsed };
  } catch {
    return { arguments: text };
  }
}
