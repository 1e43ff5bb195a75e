// Many calls put to a provider in one file, for a lower price and a later answer: what is known of them in any life.
import type { WireFormat } from './wire-format.ts';

/** The addresses whose calls can be put into a batch, and how a call at each is written. */
export const batchEndpoints = {
  '/v1/chat/completions': { kind: 'chat', format: 'chat-completions' },
  '/v1/embeddings': { kind: 'embedding', format: 'embeddings' },
  '/v1/responses': { kind: 'chat', format: 'responses' },
} as const satisfies Readonly<Record<string, { readonly kind: 'chat' | 'embedding'; readonly format: WireFormat }>>;

export type BatchEndpoint = keyof typeof batchEndpoints;

export function isBatchEndpoint(text: unknown): text is BatchEndpoint {
  return typeof text === 'string' && Object.hasOwn(batchEndpoints, text);
}

/** What was asked for, as its caller reads it again. */
export interface BatchOrder {
  readonly endpoint: BatchEndpoint;
  /** Our id of the file with its lines. */
  readonly inputFileId: string;
  readonly lines: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

export const batchStates = [
  'validating',
  'in_progress',
  'finalizing',
  'cancelling',
  'completed',
  'failed',
  'expired',
  'cancelled',
] as const;
export type BatchState = (typeof batchStates)[number];

/** Nothing more will come of it; what was answered until then is billed. */
export const batchEnds: ReadonlySet<BatchState> = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** Seconds since 1970, as the provider says them. */
export type BatchTimes = Readonly<
  Partial<
    Record<
      | 'in_progress_at'
      | 'expires_at'
      | 'finalizing_at'
      | 'completed_at'
      | 'failed_at'
      | 'expired_at'
      | 'cancelling_at'
      | 'cancelled_at',
      number
    >
  >
>;

/** The provider's word on a batch. */
export interface BatchSaid {
  readonly status: BatchState;
  readonly times: BatchTimes;
  readonly counts?: { readonly total: number; readonly completed: number; readonly failed: number };
  /** The provider's ids. */
  readonly outputFile?: string;
  readonly errorFile?: string;
  readonly errors?: readonly { readonly code: string; readonly message: string; readonly line?: number }[];
}

/** Kept with the end of a batch. */
export interface BatchResult extends BatchSaid {
  readonly outputBytes?: number;
}
