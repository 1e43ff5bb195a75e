// Reads an object field by field: every wrong or unknown one is noted with its path.
import { type Fields, isFields } from '../usage/counts.ts';

export interface Problem {
  readonly path: string;
  readonly message: string;
}

export type Document = Readonly<Record<string, unknown>>;

/** `null` is as good as absent: it takes away what an ancestor said. */
export class FieldReader {
  readonly #fields: Fields;
  readonly #path: string;
  readonly #problems: Problem[];
  readonly #known = new Set<string>();

  constructor(value: unknown, path: string, problems: Problem[]) {
    if (!isFields(value)) problems.push({ path, message: 'Write an object.' });
    this.#fields = isFields(value) ? value : {};
    this.#path = path;
    this.#problems = problems;
  }

  /** The value, when it is there; its reader says what is wrong with it. */
  take<Value>(name: string, read: (value: unknown, path: string, problems: Problem[]) => Value): Value | undefined {
    this.#known.add(name);
    const value = this.#fields[name];
    return value === undefined || value === null ? undefined : read(value, this.pathOf(name), this.#problems);
  }

  /** Whatever is left is unknown. */
  end(): void {
    for (const name of Object.keys(this.#fields)) {
      if (this.#known.has(name)) continue;
      const known = [...this.#known].join(', ');
      this.#problems.push({ path: this.pathOf(name), message: `Unknown field. Known here: ${known}.` });
    }
  }

  pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }
}

type Read<Value> = (value: unknown, path: string, problems: Problem[]) => Value;

export function whole(min: number, max: number): Read<number> {
  return (value, path, problems) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    problems.push({ path, message: `Write a whole number from ${min} to ${max}.` });
    return min;
  };
}

export function oneOf<Word extends string>(words: readonly [Word, ...Word[]]): Read<Word> {
  return (value, path, problems) => {
    const found = words.find((word) => word === value);
    if (found === undefined) problems.push({ path, message: `Write one of: ${words.join(', ')}.` });
    return found ?? words[0];
  };
}

export function flag(value: unknown, path: string, problems: Problem[]): boolean {
  if (typeof value !== 'boolean') problems.push({ path, message: 'Write true or false.' });
  return value === true;
}

export function text(max: number): Read<string> {
  return (value, path, problems) => {
    if (typeof value === 'string' && value !== '' && value.length <= max) return value;
    problems.push({ path, message: `Write a text of 1 to ${max} characters.` });
    return '';
  };
}

export function listOf<Item>(read: Read<Item>, max: number): Read<readonly Item[]> {
  return (value, path, problems) => {
    if (Array.isArray(value) && value.length > 0 && value.length <= max) {
      return value.map((item: unknown, index) => read(item, `${path}[${index}]`, problems));
    }
    problems.push({ path, message: `Write a list of 1 to ${max}.` });
    return [];
  };
}
