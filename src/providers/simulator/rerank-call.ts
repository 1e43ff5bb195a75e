import { fingerprint, numbersFrom } from './chance.ts';
import type { JsonObject } from './fields.ts';
import { flagField, listField, textField, wholeField } from './fields.ts';
import { Refusal } from './refusal.ts';

/** A request to /v1/rerank. */
export interface RerankCall {
  readonly query: string;
  readonly documents: readonly string[];
  readonly topN: number;
  /** Each result has its text beside it. */
  readonly documentsReturned: boolean;
}

const DOCUMENTS_MAX = 10_000;
const DOCUMENTS_PER_UNIT = 100;

export function readRerankCall(body: JsonObject): RerankCall {
  const query = textField(body, 'query') ?? '';
  if (query === '') throw new Refusal(400, 'query must not be empty', { param: 'query' });
  const documents = (listField(body, 'documents') ?? []).map(textOf);
  if (documents.length === 0 || documents.length > DOCUMENTS_MAX) {
    throw new Refusal(400, `documents must be a list of 1 to ${DOCUMENTS_MAX}`, { param: 'documents' });
  }
  const topN = wholeField(body, 'top_n', { min: 1, max: Number.MAX_SAFE_INTEGER }) ?? documents.length;
  return { query, documents, topN, documentsReturned: flagField(body, 'return_documents') ?? false };
}

function textOf(document: unknown, index: number): string {
  if (typeof document === 'string') return document;
  const text = typeof document === 'object' && document !== null && 'text' in document ? document.text : undefined;
  if (typeof text === 'string') return text;
  throw new Refusal(400, `documents[${index}] must be a string`, { param: 'documents' });
}

/** The share of the query's words that a document has, and a little that only depends on what both are. */
export function renderRerank({ query, documents, topN, documentsReturned }: RerankCall, id: string): string {
  const results = documents
    .map((text, index) => ({
      index,
      relevance_score: scoreOf(query, text),
      ...(documentsReturned ? { document: { text } } : {}),
    }))
    .toSorted((left, right) => right.relevance_score - left.relevance_score || left.index - right.index)
    .slice(0, topN);
  const search_units = Math.ceil(documents.length / DOCUMENTS_PER_UNIT);
  return JSON.stringify({ id, results, meta: { api_version: { version: '2' }, billed_units: { search_units } } });
}

function scoreOf(query: string, document: string): number {
  const words = wordsIn(query);
  const found = wordsIn(document);
  const shared = [...words].filter((word) => found.has(word)).length;
  const little = numbersFrom(fingerprint(`${query}\n${document}`))() / 2 ** 32;
  return (shared + little / 100) / (words.size + 1);
}

function wordsIn(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}
