// The neutral words of the suite: what is asked, what a model says to it, and what of both arrives at the other side.
export interface Shown {
  readonly mediaType: string;
  /** Its bytes, as base64. */
  readonly data: string;
}

export interface Called {
  readonly id: string;
  readonly name: string;
  readonly arguments: object;
}

export interface Result {
  readonly callId: string;
  readonly name: string;
  readonly text: string;
}

export type Turn =
  | { readonly who: 'user'; readonly text: string; readonly shows?: Shown }
  | { readonly who: 'model'; readonly text?: string; readonly calls?: readonly Called[] }
  | { readonly who: 'tools'; readonly results: readonly Result[] };

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: object;
}

export interface Asked {
  readonly system?: string;
  readonly turns: readonly Turn[];
  readonly tools?: readonly Tool[];
  readonly schema?: object;
  /** The model is to think before it answers, and to tell what it thinks. */
  readonly thinks?: true;
  readonly limit: number;
}

export type Stop = 'end' | 'tool-calls' | 'length';

/** What a model answers; texts come in these pieces where they are streamed. */
export interface Said {
  readonly thought?: string;
  readonly text: readonly string[];
  readonly calls: readonly Called[];
  readonly stop: Stop;
}

/** Tokens of the prompt with what the cache gave of them, and of the answer. */
export interface Consumed {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

/** What a provider understood of a request. */
export interface Heard {
  readonly system: string;
  readonly texts: readonly string[];
  readonly shown: readonly Shown[];
  readonly calls: readonly Called[];
  readonly results: readonly Omit<Result, 'name'>[];
  readonly tools: readonly Pick<Tool, 'name' | 'description'>[];
  readonly schema: unknown;
  readonly thinks: boolean;
  readonly limit: number | undefined;
}

/** What a caller's SDK made of an answer. */
export interface Told<Back> {
  readonly thought: string;
  readonly text: string;
  readonly calls: readonly Called[];
  readonly stop: Stop;
  readonly usage: Consumed;
  /** As it is told beside the answer, or at the end of the stream. */
  readonly charge: unknown;
  /** The model's turn as this SDK would have it sent back. */
  readonly back: Back;
}

export interface Failed {
  readonly status: number | undefined;
  readonly message: string;
  readonly retryAfter: string | null | undefined;
}

export function fieldOf(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found: unknown = value;
  for (const name of path) {
    found =
      typeof found === 'object' && found !== null
        ? Object.entries(found).find(([key]) => key === String(name))?.[1]
        : undefined;
  }
  return found;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = fieldOf(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function objectIn(text: string): object {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`No object: ${text}`);
  return parsed;
}

export function mapped<Value>(table: Readonly<Record<string, Value>>, word: unknown): Value {
  const value = table[String(word)];
  if (value === undefined) throw new Error(`Nobody knows what ${String(word)} means.`);
  return value;
}
