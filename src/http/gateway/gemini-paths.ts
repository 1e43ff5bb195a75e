// Gemini's addresses: the model stands in them, and behind a colon what it is to do.
import { geminiDialect } from '#dialects/gemini/dialect.ts';
import { listFraming } from '#dialects/gemini/framing.ts';
import { parseEmbed, parseGenerate } from '#dialects/gemini/parse.ts';
import type { CallPath } from './call-paths.ts';
import { decoded } from './decoded.ts';

const pattern =
  /^\/v1(?:beta|alpha)?\/models\/(.+):(generateContent|streamGenerateContent|embedContent|batchEmbedContents|countTokens)$/;

const nothing: ReadonlySet<string> = new Set();

export function geminiPathOf(path: string, query: string): CallPath | undefined {
  // Most calls go elsewhere, and none of these has no colon.
  if (!path.includes(':')) return undefined;
  const [, written, deed] = pattern.exec(path) ?? [];
  if (written === undefined) return undefined;
  const name = decoded(written);
  const place = { dialect: geminiDialect, hears: nothing };
  switch (deed) {
    case 'generateContent':
      return { ...place, parse: (body, headers) => parseGenerate(body, headers, { name }) };
    case 'streamGenerateContent': {
      const framing = new URLSearchParams(query).get('alt') === 'sse' ? {} : { framing: listFraming() };
      return { ...place, ...framing, parse: (body, headers) => parseGenerate(body, headers, { name, streamed: true }) };
    }
    case 'countTokens':
      return {
        ...place,
        parse: (body, headers) => parseGenerate(body, headers, { name, counting: true }),
        counting: (tokens) => ({ totalTokens: tokens }),
      };
    default: {
      const batch = deed === 'batchEmbedContents';
      return { ...place, parse: (body, headers) => parseEmbed(body, headers, { name, batch }) };
    }
  }
}
