// Embeddings of OpenAI's dialect, read into our words and told out of them.
import { type EmbeddingAnswer, type EmbeddingReading } from '#core/call/embedding.ts';
import { untranslatable } from '#core/call/untranslatable.ts';
import { isFields, wordOf } from '#core/usage/counts.ts';
import type { DialectEmbeddingTranslation } from '#ports/dialect.ts';

export const embeddingTranslation: DialectEmbeddingTranslation = {
  read: ({ body }) => readEmbedding(body),
  answer: (answer, { call }, { prompt_tokens }) =>
    JSON.stringify({
      object: 'list',
      data: listed(answer, encodingOf(call.body)),
      model: call.name,
      usage: { prompt_tokens, total_tokens: prompt_tokens },
    }),
};

const heeded: ReadonlySet<string> = new Set(['model', 'input', 'encoding_format', 'dimensions', 'user']);

function readEmbedding(body: string): EmbeddingReading {
  const fields: unknown = JSON.parse(body);
  if (!isFields(fields)) return untranslatable('input', 'is missing.');
  const unheeded = Object.keys(fields).find((name) => !heeded.has(name) && (fields[name] ?? undefined) !== undefined);
  if (unheeded !== undefined) return untranslatable(unheeded);
  const { input, dimensions } = fields;
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (!areTexts(texts)) return untranslatable('input', 'must be a text or a list of texts for this model.');
  const user = wordOf(fields, 'user');
  return {
    kind: 'embedding',
    request: {
      texts,
      names: { dimensions: 'dimensions', user: 'user' },
      ...(typeof dimensions === 'number' ? { dimensions } : {}),
      ...(user === undefined ? {} : { user }),
    },
  };
}

function areTexts(values: readonly unknown[]): values is readonly string[] {
  return values.length > 0 && values.every((value) => typeof value === 'string');
}

function encodingOf(body: string): unknown {
  const fields: unknown = JSON.parse(body);
  return isFields(fields) ? fields['encoding_format'] : undefined;
}

function listed({ vectors }: EmbeddingAnswer, encoding: unknown): readonly unknown[] {
  return vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: encoding === 'base64' ? packed(vector) : vector,
  }));
}

/** Four bytes a number, the lowest first. */
function packed(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
