// A request to rank documents, as every dialect for it has its fields.
import { type Fields, isFields } from '../usage/counts.ts';
import { readJsonBody } from './json-body.ts';
import type { ModelCall, Parsed } from './model-call.ts';
import { rerankBounds, type RerankReading, type RerankRequest } from './rerank.ts';
import { untranslatable } from './untranslatable.ts';

// More would be no question any provider answers.
const documentsMax = 10_000;

/** Only what money and routing need is read; the rest is the provider's to judge. */
export function parseRerank(body: Buffer, extraHeaders: ModelCall['extraHeaders']): Parsed {
  const text = body.toString('utf8');
  const fields = readJsonBody(text);
  if (typeof fields === 'string') return { kind: 'malformed', message: fields };
  const wrong = firstWrong(fields);
  if (wrong) return { kind: 'malformed', ...wrong };
  const documents = listOf(fields['documents']).map(textOf);
  const request = { query: textOf(fields['query']), documents, ...limitsIn(fields) };
  return {
    kind: 'call',
    call: {
      kind: 'rerank',
      format: 'rerank',
      name: String(fields['model']),
      body: text,
      bodyBytes: body.length,
      streamed: false,
      usageWanted: false,
      choices: 1,
      images: 0,
      attachments: 0,
      ...rerankBounds(request),
      facts: {},
      extraHeaders,
    },
  };
}

type Wrong = { readonly message: string; readonly param: string };

function firstWrong(fields: Fields): Wrong | undefined {
  const { model, query, documents, top_n: topN, max_tokens_per_doc: tokens } = fields;
  if (typeof model !== 'string' || model === '') return wrong('model', 'the name of a model');
  if (typeof query !== 'string') return wrong('query', 'a text');
  // What is no text has bytes that say nothing of its tokens.
  if (!Array.isArray(documents) || documents.length === 0 || !documents.every(isText)) {
    return wrong('documents', 'a list of texts, and of at least one');
  }
  if (documents.length > documentsMax) return wrong('documents', `a list of at most ${documentsMax}`);
  if (!isAbsent(topN) && !isCount(topN)) return wrong('top_n', 'a whole number of at least 1');
  if (!isAbsent(tokens) && !isCount(tokens)) return wrong('max_tokens_per_doc', 'a whole number of at least 1');
  return undefined;
}

function wrong(param: string, expected: string): Wrong {
  return { param, message: `"${param}" must be ${expected}.` };
}

const heeded: ReadonlySet<string> = new Set(['model', 'query', 'documents', 'top_n', 'max_tokens_per_doc']);

/** `known` are fields that the caller's own dialect deals with. */
export function readRerank(body: string, ...known: readonly string[]): RerankReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('documents', 'is missing.');
  const unheeded = Object.keys(fields).find(
    (name) => !heeded.has(name) && !known.includes(name) && !isAbsent(fields[name]),
  );
  if (unheeded !== undefined) return untranslatable(unheeded);
  const documents = listOf(fields['documents']).map(textOf);
  return { kind: 'rerank', request: { query: textOf(fields['query']), documents, ...limitsIn(fields) } };
}

/** A document may be wrapped. */
function isText(value: unknown): boolean {
  return (
    typeof value === 'string' ||
    (isFields(value) && typeof value['text'] === 'string' && Object.keys(value).length === 1)
  );
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return isFields(value) && typeof value['text'] === 'string' ? value['text'] : '';
}

function limitsIn(fields: Fields): Pick<RerankRequest, 'topN' | 'tokensPerDocument'> {
  const { top_n: topN, max_tokens_per_doc: tokens } = fields;
  return { ...(isCount(topN) ? { topN } : {}), ...(isCount(tokens) ? { tokensPerDocument: tokens } : {}) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}
