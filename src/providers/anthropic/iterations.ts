// One answer may take several turns: some are beside the top counts, and some are another model's.
import { type Counts, type Fields, listOf, wordOf } from '#core/usage/counts.ts';
import { type Side, sideOf } from './side.ts';

/** Compactions are not in the top counts, unless these are what all turns add up to. */
export function extraIterations(raw: Fields, top: Side, counts: Counts): readonly Side[] {
  const turns = listOf(raw['iterations']);
  if (turns.some((turn) => turn['type'] === 'fallback_message')) return [];
  const read = (type: string) => turns.filter((turn) => turn['type'] === type).map((turn) => sideOf(turn, counts));
  const messages = read('message');
  const compactions = read('compaction');
  const known = new Set(['message', 'compaction', 'advisor_message']);
  if (turns.some((turn) => !known.has(wordOf(turn, 'type') ?? ''))) counts.flags.add('UNKNOWN_ITERATION');
  if (addUp(messages, top)) return compactions;
  if (compactions.length > 0 && addUp([...messages, ...compactions], top)) return [];
  if (messages.length > 0) counts.flags.add('ITERATIONS_DISAGREE');
  return compactions;
}

export interface OtherModel {
  readonly model: string;
  readonly fields: Fields;
}

/** An advisor is another model, at its own price. */
export function otherModels(raw: Fields): readonly OtherModel[] {
  return listOf(raw['iterations'])
    .filter((turn) => turn['type'] === 'advisor_message')
    .map((fields) => ({ model: wordOf(fields, 'model') ?? 'advisor', fields }));
}

function addUp(turns: readonly Side[], top: Side): boolean {
  const sum = (part: (turn: Side) => number) => turns.reduce((total, turn) => total + part(turn), 0);
  return (
    sum((turn) => turn.input ?? 0) === (top.input ?? 0) &&
    sum((turn) => turn.output ?? 0) === (top.output ?? 0) &&
    sum((turn) => turn.read) === top.read &&
    sum((turn) => turn.written) === top.written
  );
}
