// One provider: a server that takes only what its documentation allows, and answers in the form that it documents.
import type { OwnUpstream } from '#test/gateway/own-upstream.ts';
import type { Consumed, Heard, Said } from '../words.ts';

export interface Maker {
  readonly name: string;
  /** As its own name for it goes. */
  readonly model: string;
  /** The forms that pass through to it as they are. */
  readonly takes: readonly string[];
  /** What its answers count. */
  readonly usage: Consumed;
  /** By the suite's prices, reckoned by hand: input 1, cached 0.1, kept for five minutes 1.25, for an hour 2, output 2 a million. */
  readonly charge: string;
  /** A thought's seal as its answers carry it; without one nothing is sealed here. */
  readonly seal?: string;
  /** Its calls of tools come without ids. */
  readonly namesNoCalls?: true;
  start(): Promise<OwnUpstream>;
  /** @throws where its documentation would not have the request. */
  hear(upstream: OwnUpstream): Heard;
  answer(upstream: OwnUpstream, said: Said): void;
  refuse(upstream: OwnUpstream, status: 400 | 429): void;
}

export const patienceSeconds = 7;
export const refusalMessage = 'As the maker says it.';

export const plainUsage: Consumed = { input: 120, cached: 100, output: 9 };

/** In the middle, so that what is put together in the wrong order is no JSON. */
export function halves(text: string): readonly [string, string] {
  const middle = Math.floor(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)];
}

export function joined(said: Said): string {
  return said.text.join('');
}

/** `data:…` as it stands in an address. */
export function shownAt(url: string): { readonly mediaType: string; readonly data: string } {
  const [, mediaType, data] = /^data:([\w/]+);base64,(.+)$/.exec(url) ?? [];
  if (mediaType === undefined || data === undefined) throw new Error(`No bytes: ${url}`);
  return { mediaType, data };
}
