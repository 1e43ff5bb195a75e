// Embeddings of Gemini's dialect, one by one or many at once, read into our words and told out of them.
import type { EmbeddingOptions, EmbeddingPurpose, EmbeddingReading } from '#core/call/embedding.ts';
import { NoCounterpart, orUntranslatable } from '#core/call/untranslatable.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import type { DialectEmbeddingTranslation } from '#ports/dialect.ts';
import { fieldOf, innerOf, listAt, snakeOf, textOf } from './fields.ts';

export const embeddingTranslation: DialectEmbeddingTranslation = {
  read: ({ body, format }) => orUntranslatable(() => readEmbeddings(body, format === 'batch-embed-contents')),
  answer({ vectors }, { call }, { prompt_tokens }) {
    const usageMetadata = { promptTokenCount: prompt_tokens, totalTokenCount: prompt_tokens };
    const embeddings = vectors.map((values) => ({ values }));
    const told = call.format === 'batch-embed-contents' ? { embeddings } : { embedding: embeddings[0] };
    return JSON.stringify({ ...told, usageMetadata });
  },
};

const names = {
  dimensions: 'outputDimensionality',
  purpose: 'taskType',
  title: 'title',
  truncate: 'autoTruncate',
} as const;

function readEmbeddings(body: string, batch: boolean): EmbeddingReading {
  const fields: unknown = JSON.parse(body);
  const whole = isFields(fields) ? fields : {};
  const requests = batch ? listAt(whole, 'requests') : [whole];
  const options = requests.map((request, index) => readOptions(request, batch ? `requests.${index}.` : ''));
  const [first = {}] = options;
  // Elsewhere one call has one set of options.
  const other = options.findIndex((each) => JSON.stringify(each) !== JSON.stringify(first));
  if (other >= 0)
    throw new NoCounterpart(`requests.${other}`, 'must ask for the same as the first request for this model.');
  return { kind: 'embedding', request: { texts: requests.map(textIn), names, ...first } };
}

const heeded = ['model', 'content', 'taskType', 'title', 'outputDimensionality', 'autoTruncate'];

function readOptions(request: Fields, at: string): EmbeddingOptions {
  for (const [name, value] of Object.entries(request)) {
    if (value === null || value === undefined) continue;
    if (!heeded.some((each) => each === name || snakeOf(each) === name)) throw new NoCounterpart(`${at}${name}`);
  }
  const dimensions = fieldOf(request, 'outputDimensionality');
  const truncate = fieldOf(request, 'autoTruncate');
  const title = textOf(request, 'title');
  const type = textOf(request, 'taskType') ?? unspecified;
  const purpose = purposes[type];
  if (purpose === undefined && type !== unspecified) throw new NoCounterpart(`${at}taskType`);
  return {
    ...(typeof dimensions === 'number' ? { dimensions } : {}),
    ...(purpose === undefined ? {} : { purpose }),
    ...(title === undefined ? {} : { title }),
    ...(typeof truncate === 'boolean' ? { truncate } : {}),
  };
}

const unspecified = 'TASK_TYPE_UNSPECIFIED';

const purposes: Readonly<Record<string, EmbeddingPurpose>> = {
  RETRIEVAL_QUERY: 'query',
  RETRIEVAL_DOCUMENT: 'document',
  SEMANTIC_SIMILARITY: 'similarity',
  CLASSIFICATION: 'classification',
  CLUSTERING: 'clustering',
  QUESTION_ANSWERING: 'question-answering',
  FACT_VERIFICATION: 'fact-verification',
  CODE_RETRIEVAL_QUERY: 'code-query',
};

function textIn(request: Fields): string {
  const parts = listAt(innerOf(request, 'content'), 'parts');
  const texts = parts.map(({ text }) => text);
  if (!texts.every((text) => typeof text === 'string')) throw new NoCounterpart('content.parts', 'must be texts.');
  return texts.join('\n');
}
