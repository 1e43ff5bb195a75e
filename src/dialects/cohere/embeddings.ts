// Texts to be embedded, read into our words and told out of them.
import type { EmbeddingPurpose, EmbeddingReading } from '#core/call/embedding.ts';
import { untranslatable } from '#core/call/untranslatable.ts';
import { isFields } from '#core/usage/counts.ts';
import type { DialectEmbeddingTranslation } from '#ports/dialect.ts';
import { apiVersion } from './usage.ts';

const heeded: ReadonlySet<string> = new Set([
  'model',
  'texts',
  'input_type',
  'embedding_types',
  'output_dimension',
  'truncate',
]);

const purposes: Readonly<Record<string, EmbeddingPurpose>> = {
  search_query: 'query',
  search_document: 'document',
  classification: 'classification',
  clustering: 'clustering',
};

const truncations: Readonly<Record<string, boolean>> = { NONE: false, END: true };

export const embeddingTranslation: DialectEmbeddingTranslation = {
  read: ({ body }) => readEmbed(body),
  answer: ({ vectors }, { call, requestId }, { prompt_tokens }) => {
    const asked: unknown = JSON.parse(call.body);
    return JSON.stringify({
      id: requestId,
      texts: isFields(asked) ? asked['texts'] : [],
      embeddings: { float: vectors },
      meta: { api_version: apiVersion, billed_units: { input_tokens: prompt_tokens } },
      response_type: 'embeddings_by_type',
    });
  },
};

function readEmbed(body: string): EmbeddingReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('texts', 'is missing.');
  const said = Object.keys(fields).filter((name) => (fields[name] ?? undefined) !== undefined);
  const unheeded = said.find((name) => !heeded.has(name));
  if (unheeded !== undefined) return untranslatable(unheeded);
  const { texts, input_type: type, embedding_types: types, output_dimension: dimensions, truncate } = fields;
  if (Array.isArray(types) && types.some((each) => each !== 'float')) return untranslatable('embedding_types');
  const purpose = typeof type === 'string' ? purposes[type] : undefined;
  if (type !== undefined && purpose === undefined) return untranslatable('input_type');
  const cut = typeof truncate === 'string' ? truncations[truncate] : undefined;
  if (said.includes('truncate') && cut === undefined) return untranslatable('truncate');
  const names = { purpose: 'input_type', dimensions: 'output_dimension', truncate: 'truncate' };
  return {
    kind: 'embedding',
    request: {
      texts: Array.isArray(texts) ? texts.filter((text) => typeof text === 'string') : [],
      names,
      obligatory: 'purpose',
      ...(purpose === undefined ? {} : { purpose }),
      ...(typeof dimensions === 'number' ? { dimensions } : {}),
      ...(cut === undefined ? {} : { truncate: cut }),
    },
  };
}
