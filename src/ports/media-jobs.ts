// Providers that make films and songs while nobody waits: how a job is put to them, asked about, and fetched. Pure translation.
import type { BatchSaid } from '#core/call/batch.ts';
import type { JobKind, JobPlan, JobRequest } from '#core/call/job-request.ts';
import type { Untranslatable } from '#core/call/chat.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { Quantities } from '#core/usage/record.ts';
import type { ProviderFailure } from './provider.ts';
import type { UpstreamRequest } from './upstream.ts';

/** Where it is sent, and with what. */
export interface JobPlace {
  readonly model: string;
  readonly baseUrl: string;
  readonly credential: string | undefined;
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Some sign their credential with the time. */
  readonly nowMs: number;
  readonly extraHeaders: Readonly<Record<string, string>>;
}

/** What is known of a job that was put to a provider. */
export interface JobAsked {
  readonly kind: JobKind;
  readonly quantities: Quantities;
  readonly seconds?: string;
  /** It was made from an image; said only of a submission. */
  readonly fromImage?: boolean;
}

export type JobReading =
  | { readonly kind: 'running'; readonly progress?: number; readonly said?: BatchSaid }
  | { readonly kind: 'completed'; readonly usage: Usage; readonly result?: unknown }
  | { readonly kind: 'failed'; readonly usage: Usage; readonly message: string; readonly result?: unknown };

/** What became of a submission that was answered with success. */
export type Acceptance = {
  readonly upstreamId: string;
  /** Some are done at once. */
  readonly reading?: JobReading;
};

/** The file itself, or a question whose answer leads there. */
export type ContentStep =
  | { readonly kind: 'file'; readonly request: UpstreamRequest }
  | { readonly kind: 'ask'; readonly request: UpstreamRequest; read(body: Buffer): ContentStep | undefined };

export interface JobReference {
  readonly kind: JobKind;
  readonly upstreamId: string;
  readonly result?: unknown;
}

export interface MediaJobs {
  readonly name: string;
  readonly kinds: ReadonlySet<JobKind>;
  /** Fills in what the provider would; names what it cannot do. */
  plan(request: JobRequest, model: string): JobPlan | Untranslatable;
  submit(request: JobRequest, place: JobPlace): UpstreamRequest;
  /** `undefined` when the answer names no job, or a refusal that came with a status of success. */
  accepted(body: Buffer, asked: JobAsked): Acceptance | ProviderFailure | undefined;
  poll(job: JobReference, place: JobPlace): UpstreamRequest;
  /** `undefined` for what is no word about the job. */
  read(body: Buffer, asked: JobAsked): JobReading | undefined;
  /** Its addresses are good for a while only: the job is asked again before its file is fetched. */
  readonly asksAgain?: boolean;
  /** `undefined` when it has no such variant. */
  content(job: JobReference, variant: string, place: JobPlace): ContentStep | undefined;
  remove?(job: JobReference, place: JobPlace): UpstreamRequest;
  failure(
    status: number,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
    body: Buffer,
  ): ProviderFailure;
}
