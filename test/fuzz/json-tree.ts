// JSON that may be wrong: names twice, numbers beyond any range, text that is no JSON at all.

export type JsonNode =
  | { readonly kind: 'object'; fields: (readonly [name: string, value: JsonNode])[] }
  | { readonly kind: 'list'; items: JsonNode[] }
  /** As it will be written. */
  | { readonly kind: 'text'; readonly text: string };

export function treeOf(value: unknown): JsonNode {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return { kind: 'text', text: JSON.stringify(value) };
  return { kind: 'object', fields: Object.entries(value).map(([name, each]) => [name, treeOf(each)] as const) };
}

export function print(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return `{${node.fields.map(([name, value]) => `${JSON.stringify(name)}:${print(value)}`).join(',')}}`;
    case 'list':
      return `[${node.items.map(print).join(',')}]`;
    case 'text':
      return node.text;
  }
}

/** A place in a tree: what is there, and how it is replaced. */
export interface Place {
  readonly node: JsonNode;
  put(node: JsonNode): void;
}

/** Every place below this one, and itself. */
export function places(here: Place): readonly Place[] {
  const { node } = here;
  switch (node.kind) {
    case 'object':
      return [
        here,
        ...node.fields.flatMap(([name, value], index) =>
          places({
            node: value,
            put: (next) => {
              node.fields[index] = [name, next];
            },
          }),
        ),
      ];
    case 'list':
      return [
        here,
        ...node.items.flatMap((value, index) =>
          places({
            node: value,
            put: (next) => {
              node.items[index] = next;
            },
          }),
        ),
      ];
    case 'text':
      return [here];
  }
}
