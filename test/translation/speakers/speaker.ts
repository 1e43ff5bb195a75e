// One caller with the official SDK of its dialect: it says a case in its own words, and tells what came back.
import type { Asked, Failed, Result, Told } from '../words.ts';

export interface Door {
  readonly url: string;
  readonly key: string;
  readonly model: string;
}

export interface Manner<Back> {
  readonly streamed: boolean;
  /** Beside all that, in its dialect's own words. */
  readonly more?: object;
  /** The model's last turn, as it came, and what the tools answered to it. */
  readonly after?: { readonly back: Back; readonly results: readonly Result[] };
}

export interface Speaker<Back> {
  readonly name: string;
  /** Of a call in its dialect, by which a provider is known to speak it too. */
  readonly speaks: string;
  /** Whether its SDK hands seals on, which only their maker reads. */
  readonly keepsSeals: boolean;
  /** As an official SDK takes it, and tells it. */
  ask(door: Door, asked: Asked, manner: Manner<Back>): Promise<Told<Back>>;
  failed(error: unknown): Failed;
}

export function dataUrl({ mediaType, data }: { readonly mediaType: string; readonly data: string }): string {
  return `data:${mediaType};base64,${data}`;
}
