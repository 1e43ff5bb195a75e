// A provider that speaks Gemini's dialect, as its documentation writes it.
import type { ServerResponse } from 'node:http';
import type { Credential } from '#core/catalog/catalog.ts';
import { type OwnUpstream, startOwnUpstream } from './own-upstream.ts';

const credential: Credential = { providerKeyId: 'k', secret: 'AIza-provider', isPrimary: true, weight: 1 };

export async function startGeminiUpstream(): Promise<OwnUpstream> {
  const own = await startOwnUpstream('maker');
  const baseUrl = own.provider.baseUrl.replace(/v1$/, 'v1beta');
  return { ...own, provider: { ...own.provider, adapter: 'google', baseUrl, credentials: [credential] } };
}

/** 120 of prompt, of which 100 were cached; 9 of output, of which 5 were thought. */
export const counted = {
  promptTokenCount: 120,
  cachedContentTokenCount: 100,
  candidatesTokenCount: 4,
  thoughtsTokenCount: 5,
  totalTokenCount: 129,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 120 }],
};

const head = { modelVersion: 'gemini-0', responseId: 'r-1' };

export function response(parts: readonly object[], finishReason = 'STOP', usageMetadata: object = counted) {
  return { candidates: [{ content: { parts, role: 'model' }, finishReason, index: 0 }], usageMetadata, ...head };
}

export function chunk(parts: readonly object[], more: object = {}): string {
  const usageMetadata = { promptTokenCount: 120, totalTokenCount: 120 };
  const candidates = [{ content: { parts, role: 'model' }, index: 0 }];
  return `data: ${JSON.stringify({ candidates, usageMetadata, ...head, ...more })}\r\n\r\n`;
}

export function lastChunk(parts: readonly object[], finishReason = 'STOP', usageMetadata: object = counted): string {
  return `data: ${JSON.stringify(response(parts, finishReason, usageMetadata))}\r\n\r\n`;
}

export function refuses(status: number, statusWord: string, details: readonly object[] = []) {
  return (answer: ServerResponse): void => {
    const error = { code: status, message: 'As the maker says it.', status: statusWord, details };
    answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
  };
}
