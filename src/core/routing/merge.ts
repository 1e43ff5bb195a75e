// A key's effective configuration: what its ancestors and the key itself say, the nearer one first; and who said what.
import { type Fields, isFields } from '../usage/counts.ts';
import type { Document } from './fields.ts';

export interface Origin {
  readonly kind: 'config_node' | 'virtual_key';
  readonly id: string;
  readonly name: string;
}

export interface Level {
  readonly from: Origin;
  readonly document: Document;
}

export interface Merged {
  readonly document: Document;
  /** One line for each field of the document; a list is one field. */
  readonly origins: readonly { readonly path: string; readonly from: Origin }[];
}

/** The farthest ancestor comes first. Objects merge, lists and single values replace, `null` takes away. */
export function mergeConfigs(levels: readonly Level[]): Merged {
  let branch: Branch = { kind: 'branch', parts: new Map() };
  for (const { from, document } of levels) branch = mergeBranch(branch, document, from);
  const origins: Merged['origins'][number][] = [];
  return { document: written(branch, '', origins), origins };
}

interface Leaf {
  readonly kind: 'leaf';
  readonly value: unknown;
  readonly from: Origin;
}
interface Branch {
  readonly kind: 'branch';
  readonly parts: ReadonlyMap<string, Leaf | Branch>;
}

function mergeBranch(inherited: Branch | undefined, nearer: Fields, from: Origin): Branch {
  const parts = new Map(inherited?.parts);
  for (const [name, value] of Object.entries(nearer)) {
    const before = parts.get(name);
    if (value === null || value === undefined) parts.delete(name);
    else if (isFields(value)) parts.set(name, mergeBranch(before?.kind === 'branch' ? before : undefined, value, from));
    else parts.set(name, { kind: 'leaf', value, from });
  }
  return { kind: 'branch', parts };
}

function written(branch: Branch, path: string, origins: Merged['origins'][number][]): Document {
  const fields = [...branch.parts].flatMap(([name, part]): [string, unknown][] => {
    const at = path === '' ? name : `${path}.${name}`;
    if (part.kind === 'leaf') {
      origins.push({ path: at, from: part.from });
      return [[name, part.value]];
    }
    const document = written(part, at, origins);
    return Object.keys(document).length === 0 ? [] : [[name, document]];
  });
  // `Object.fromEntries` defines what assignment would take for a prototype.
  return Object.fromEntries(fields);
}
