// Documents to be put in order by a question, in our words; and the most that it can come to.
import type { Untranslatable } from './chat.ts';
import type { ModelCall } from './model-call.ts';

export interface RerankRequest {
  readonly query: string;
  /** At least one. */
  readonly documents: readonly string[];
  /** How many of the best to tell; all of them unless said. */
  readonly topN?: number;
  /** Beyond so many tokens a document is cut. */
  readonly tokensPerDocument?: number;
}

export type RerankReading = { readonly kind: 'rerank'; readonly request: RerankRequest } | Untranslatable;

export interface RankedDocument {
  /** Its place in what was asked. */
  readonly index: number;
  readonly score: number;
}

export interface RerankAnswer {
  readonly id?: string;
  /** The best first. */
  readonly results: readonly RankedDocument[];
}

const documentsPerUnit = 100;

// A document that is longer than 500 tokens with the query beside it counts as several; half of that is the query's at most.
const tokensPerChunkMin = 250;
const tokensPerDocumentByDefault = 4_096;

/** A byte-level tokenizer never makes more tokens than bytes. */
export function rerankBounds({
  query,
  documents,
  tokensPerDocument = tokensPerDocumentByDefault,
}: RerankRequest): Pick<ModelCall, 'quantities' | 'promptOverhead'> {
  const queryBytes = Buffer.byteLength(query);
  const chunks = documents.reduce((sum, document) => {
    const tokens = Math.min(Buffer.byteLength(document), tokensPerDocument);
    return sum + Math.max(1, Math.ceil(tokens / tokensPerChunkMin));
  }, 0);
  return {
    quantities: { search_unit: String(Math.ceil(chunks / documentsPerUnit)) },
    // Where tokens are billed, the query is read again beside each document.
    promptOverhead: queryBytes * (documents.length - 1),
  };
}
