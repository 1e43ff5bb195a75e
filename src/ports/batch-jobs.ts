// Providers that take many calls in one file: how the file and the batch are put to them, asked about, and fetched.
import type { BatchEndpoint, BatchSaid } from '#core/call/batch.ts';
import type { JobPlace } from './media-jobs.ts';
import type { ProviderFailure } from './provider.ts';
import type { UpstreamRequest } from './upstream.ts';

/** One call of a batch, as the provider reads it. */
export interface BatchLineSent {
  readonly customId: string;
  readonly endpoint: BatchEndpoint;
  /** JSON. */
  readonly body: string;
}

/** What became of one call. */
export type BatchLineHeard =
  | { readonly kind: 'answered'; readonly body: Buffer }
  /** Nothing is billed for it. */
  | { readonly kind: 'failed' };

export interface BatchSubmission {
  /** The provider's id of the file. */
  readonly file: string;
  readonly endpoint: BatchEndpoint;
}

export interface BatchJobs {
  /** That of the adapter whose calls it takes. */
  readonly name: string;
  readonly endpoints: ReadonlySet<BatchEndpoint>;
  line(line: BatchLineSent): string;
  upload(file: Buffer, place: JobPlace): UpstreamRequest;
  /** The provider's id; `undefined` when the answer names no file. */
  uploaded(body: Buffer): string | undefined;
  submit(submission: BatchSubmission, place: JobPlace): UpstreamRequest;
  /** `undefined` when the answer names no batch. */
  accepted(body: Buffer): string | undefined;
  poll(upstreamId: string, place: JobPlace): UpstreamRequest;
  /** `undefined` for what is no word about a batch. */
  read(body: Buffer): BatchSaid | undefined;
  cancel(upstreamId: string, place: JobPlace): UpstreamRequest;
  file(upstreamFile: string, place: JobPlace): UpstreamRequest;
  /** `undefined` for what is no line of an output file. */
  heard(line: Buffer): BatchLineHeard | undefined;
  failure(
    status: number,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
    body: Buffer,
  ): ProviderFailure;
}
