// Files with one JSON value a line; the numbers in them keep their digits.
import { readFileSync } from 'node:fs';
import { parseExactJson } from '#core/usage/exact-json.ts';

export interface JsonLine {
  /** From 1, as an editor counts. */
  readonly line: number;
  readonly value: unknown;
}

/** @throws Error that names the file, and the line that is no JSON. */
export function readJsonLines(path: string): readonly JsonLine[] {
  const lines = textOf(path)
    .split('\n')
    .flatMap((text, index) => (text.trim() === '' ? [] : [{ text, line: index + 1 }]));
  if (lines.length === 0) throw new Error(`${path} is empty: one JSON object a line, please.`);
  return lines.map(({ text, line }) => ({ line, value: parsed(text, `${path}, line ${line}`) }));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function parsed(text: string, where: string): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    throw new Error(`${where} is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
