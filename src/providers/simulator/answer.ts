import type { ChatCall, ToolOffer } from './chat-call.ts';
import type { Fingerprint } from './chance.ts';
import { branch, hexOf } from './chance.ts';
import type { Choice, Part } from './choice.ts';
import { cutChoice } from './choice.ts';
import { withoutDirectives } from './knob-sources.ts';
import type { Knobs } from './knobs.ts';
import type { SimulatedModel } from './model.ts';
import { sampleOf } from './schema-sample.ts';
import { cutIntoTokens, cutPieces } from './tokens.ts';
import { words } from './words.ts';

/** What the model says: the same for the same call and seed. */
export function answerChat(call: ChatCall, model: SimulatedModel, knobs: Knobs, seed: Fingerprint): readonly Choice[] {
  const toolCalls = chosenTools(call, knobs);
  return Array.from({ length: call.choices }, (_, index) => {
    const choiceSeed = branch(seed, index);
    const whole = toolCalls.length > 0 ? askForTools(toolCalls, choiceSeed) : speak(call, model, knobs, choiceSeed);
    return cutChoice(whole, call.outputLimit ?? Infinity);
  });
}

function chosenTools({ tools, conversation }: ChatCall, knobs: Knobs): readonly ToolOffer[] {
  // After a tool's result an agent waits for words; asking again would never end.
  if (tools.use === 'never' || conversation.endsWithToolResult) return [];
  const asked = knobs.tools ?? (tools.use === 'always' ? 1 : 0);
  const count = Math.min(asked, tools.parallel ? asked : 1);
  return Array.from({ length: count }, (_, nth) => tools.offers[nth % tools.offers.length]).filter(
    (offer) => offer !== undefined,
  );
}

function askForTools(offers: readonly ToolOffer[], seed: Fingerprint): Choice {
  const parts = offers.map((offer, nth): Part => {
    const id = `call_${hexOf(branch(seed, nth)).slice(0, 24)}`;
    if (offer.plain === true) {
      return { kind: 'tool-call', id, name: offer.name, pieces: cutIntoTokens('plain text'), plain: true };
    }
    return { kind: 'tool-call', id, name: offer.name, pieces: jsonTokens(sampleOf(offer.parameters) ?? {}) };
  });
  return { parts, finish: 'tool_calls' };
}

function speak(call: ChatCall, model: SimulatedModel, knobs: Knobs, seed: Fingerprint): Choice {
  const pieces = stopAt(call.stops, say(call, model, knobs, seed));
  return { parts: [{ kind: 'text', pieces }], finish: 'stop' };
}

function say(call: ChatCall, model: SimulatedModel, knobs: Knobs, seed: Fingerprint): readonly string[] {
  switch (call.format.kind) {
    case 'json-object':
      return jsonTokens({ ok: true });
    case 'json-schema':
      return jsonTokens(sampleOf(call.format.schema));
    case 'text':
      return words({
        echo: withoutDirectives(call.conversation.lastUserText),
        count: knobs.outputTokens ?? model.outputTokens,
        alphabet: knobs.alphabet ?? 'ascii',
        seed,
      });
  }
}

function stopAt(stops: readonly string[], pieces: readonly string[]): readonly string[] {
  if (stops.length === 0) return pieces;
  const text = pieces.join('');
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return found.length === 0 ? pieces : cutPieces(pieces, Math.min(...found));
}

// Kept to ASCII by escapes, so that four characters are four bytes.
function jsonTokens(value: unknown): readonly string[] {
  const json = JSON.stringify(value).replaceAll(/[\u0080-\uffff]/g, (unit) => {
    const code = unit.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
  return cutIntoTokens(json);
}
