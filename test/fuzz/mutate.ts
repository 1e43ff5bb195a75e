// Makes a right body wrong: in its tree, then in its text, then in its bytes.
import type { Chance } from '#test/simulation/chance.ts';
import { type Foreign, hostileValue, strangeNames } from './hostile.ts';
import { type JsonNode, type Place, places, print, treeOf } from './json-tree.ts';

export function mutatedBody(sample: object, chance: Chance, foreign: Foreign): Buffer {
  let root = treeOf(sample);
  const here: Place = {
    node: root,
    put: (node) => {
      root = node;
    },
  };
  const times = chance.weighted([
    [6, 0],
    [6, 1],
    [3, 2],
    [2, 5],
  ]);
  for (let time = 0; time < times; time += 1) mutateTree({ ...here, node: root }, chance, foreign);
  const text = chance.odds(0.15) ? mutatedText(print(root), chance) : print(root);
  const bytes = Buffer.from(text);
  return chance.odds(0.1) ? mutatedBytes(bytes, chance) : bytes;
}

function mutateTree(root: Place, chance: Chance, foreign: Foreign): void {
  // Near the top is what decides price and route.
  const all = places(root);
  const place = chance.pick(chance.odds(0.5) ? all.slice(0, 12) : all);
  const { node } = place;
  const value = (): JsonNode => ({ kind: 'text', text: hostileValue(chance, foreign) });
  if (node.kind === 'object' && chance.odds(0.7)) return mutateFields(node, chance, value);
  if (node.kind === 'list' && chance.odds(0.7)) return mutateItems(node, chance, value);
  place.put(chance.odds(0.8) ? value() : { kind: 'list', items: [node] });
}

function mutateFields(node: Extract<JsonNode, { kind: 'object' }>, chance: Chance, value: () => JsonNode): void {
  const { fields } = node;
  const at = chance.below(Math.max(1, fields.length));
  const field = fields[at];
  const strange = (): readonly [string, JsonNode] => [chance.pick(strangeNames), value()];
  switch (chance.pick(['add', 'set', 'drop', 'twice', 'rename', 'move'] as const)) {
    case 'add':
      fields.splice(at, 0, strange());
      return;
    case 'set':
      if (field) fields[at] = [field[0], value()];
      return;
    case 'drop':
      fields.splice(at, 1);
      return;
    case 'twice':
      if (field) fields.splice(chance.below(fields.length + 1), 0, [field[0], chance.odds(0.5) ? field[1] : value()]);
      return;
    case 'rename':
      if (field) fields[at] = [chance.pick([...strangeNames, field[0].toUpperCase(), `${field[0]} `]), field[1]];
      return;
    case 'move':
      node.fields = chance.shuffled(fields);
  }
}

function mutateItems(node: Extract<JsonNode, { kind: 'list' }>, chance: Chance, value: () => JsonNode): void {
  const { items } = node;
  const at = chance.below(Math.max(1, items.length));
  const item = items[at];
  switch (chance.pick(['add', 'drop', 'empty', 'repeat'] as const)) {
    case 'add':
      items.splice(at, 0, value());
      return;
    case 'drop':
      items.splice(at, 1);
      return;
    case 'empty':
      node.items = [];
      return;
    case 'repeat':
      if (item) node.items = Array.from({ length: chance.pick([3, 300]) }, () => item);
  }
}

function mutatedText(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  return chance.pick<() => string>([
    () => text.slice(0, at),
    () => text.slice(at),
    () => `${text}${text}`,
    () => `\ufeff${text}`,
    () => ` \r\n\t${text}\n `,
    () => `${' '.repeat(chance.pick([100, 100_000]))}${text}`,
    () => text.slice(0, at) + chance.pick(['{', '}', '[', ']', '"', ',', ':', '\\', '\u0000', '//']) + text.slice(at),
    () => text.replaceAll('"', "'"),
    () => `[${text}]`,
    () => JSON.stringify(text),
    () => '',
  ])();
}

// What is no UTF-8: a lone continuation, an overlong slash, a surrogate, beyond the last plane, a piece that is missing.
const wrongBytes = ['80', 'c0af', 'eda080', 'f4908080', 'e282', 'ff', 'fe', '00'].map((hex) => Buffer.from(hex, 'hex'));

function mutatedBytes(bytes: Buffer, chance: Chance): Buffer {
  const at = chance.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), chance.pick(wrongBytes), bytes.subarray(at)]);
}
