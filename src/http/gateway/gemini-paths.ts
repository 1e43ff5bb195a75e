// Gemini's addresses: the model stands in them, and behind a colon what it is to do.
import { geminiDialect } from '#dialects/gemini/dialect.ts';
import { listFraming } from '#dialects/gemini/framing.ts';
import { parseEmbed, parseGenerate } from '#dialects/gemini/parse.ts';
import type { CallPath } from './call-paths.ts';
import { decoded } from './decoded.ts';

export const deedsOfGemini = [
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'embedContent',
  'batchEmbedContents',
] as const;

const pattern = new RegExp(`^/v1(?:beta|alpha)?/models/(.+):(${deedsOfGemini.join('|')})$`);

const nothing: ReadonlySet<string> = new Set();

export function geminiPathOf(path: string, query: string): CallPath | undefined {
  // Most calls go elsewhere, and none of these has no colon.
  if (!path.includes(':')) return undefined;
  const [, written, deed] = pattern.exec(path) ?? [];
  if (written === undefined || deed === undefined) return undefined;
  return { dialect: geminiDialect, hears: nothing, ...pathOf(deed, decoded(written), query) };
}

function pathOf(deed: string, name: string, query: string): Pick<CallPath, 'parse' | 'counting' | 'framing'> {
  if (deed === 'generateContent') return { parse: (body, headers) => parseGenerate(body, headers, { name }) };
  if (deed === 'streamGenerateContent') {
    const framing = new URLSearchParams(query).get('alt') === 'sse' ? {} : { framing: listFraming() };
    return { ...framing, parse: (body, headers) => parseGenerate(body, headers, { name, streamed: true }) };
  }
  if (deed === 'countTokens') {
    return {
      parse: (body, headers) => parseGenerate(body, headers, { name, counting: true }),
      counting: (tokens) => ({ totalTokens: tokens }),
    };
  }
  const batch = deed === 'batchEmbedContents';
  return { parse: (body, headers) => parseEmbed(body, headers, { name, batch }) };
}
