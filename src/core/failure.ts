// Every way a call ends without an answer. Core returns outcomes; flows throw a Failure; the door renders it, once.

interface FailureKind {
  readonly status: number;
  /** Whether the same call may succeed when sent again; the official SDKs obey `x-should-retry`. */
  readonly shouldRetry: boolean;
}

export const failureKinds = {
  malformed_request: { status: 400, shouldRetry: false },
  invalid_parameter: { status: 400, shouldRetry: false },
  missing_key: { status: 401, shouldRetry: false },
  invalid_key: { status: 401, shouldRetry: false },
  expired_key: { status: 401, shouldRetry: false },
  insufficient_balance: { status: 402, shouldRetry: false },
  budget_exceeded: { status: 402, shouldRetry: false },
  forbidden: { status: 403, shouldRetry: false },
  unknown_model: { status: 404, shouldRetry: false },
  not_found: { status: 404, shouldRetry: false },
  method_not_allowed: { status: 405, shouldRetry: false },
  request_timeout: { status: 408, shouldRetry: true },
  conflict: { status: 409, shouldRetry: false },
  stale: { status: 412, shouldRetry: false },
  body_too_large: { status: 413, shouldRetry: false },
  upstream_refused: { status: 400, shouldRetry: false },
  rate_limited: { status: 429, shouldRetry: true },
  too_large_for_limit: { status: 429, shouldRetry: false },
  upstream_rate_limited: { status: 429, shouldRetry: true },
  internal: { status: 500, shouldRetry: true },
  upstream_failed: { status: 502, shouldRetry: true },
  upstream_unreachable: { status: 502, shouldRetry: true },
  unpriced: { status: 503, shouldRetry: false },
  not_exact: { status: 503, shouldRetry: true },
  ledger_behind: { status: 503, shouldRetry: true },
  draining: { status: 503, shouldRetry: true },
  upstream_timeout: { status: 504, shouldRetry: true },
} as const satisfies Record<string, FailureKind>;

export type FailureName = keyof typeof failureKinds;

export interface FailureDetail {
  /** The request's field that was wrong. */
  readonly param?: string;
  /** Every field that was wrong, where more than the first is known. */
  readonly problems?: readonly { readonly param: string; readonly message: string }[];
  /** Which wallet, budget or limit refused: `wallet`, `virtual_key.budget.month`, `organization.rpm`, … */
  readonly limitSource?: string;
  /** Canonical decimal text, with its currency beside it. */
  readonly available?: string;
  readonly needed?: string;
  readonly currency?: string;
  readonly retryAfterMs?: number;
  /** What the provider answered, where it did. */
  readonly upstreamStatus?: number;
  /** Overrides the kind's own word where a provider's answer says so. */
  readonly shouldRetry?: boolean;
  /** What others have changed meanwhile, and what was to be changed. */
  readonly conflicts?: readonly object[];
  readonly cause?: unknown;
}

/** The message is for the caller: what was wrong and what to do. The cause is for us, and never leaves the house. */
export class Failure extends Error {
  readonly kind: FailureName;
  readonly detail: FailureDetail;

  constructor(kind: FailureName, message: string, detail: FailureDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = 'Failure';
    this.kind = kind;
    this.detail = detail;
  }

  get status(): number {
    return this.kind === 'upstream_refused' ? (this.detail.upstreamStatus ?? 400) : failureKinds[this.kind].status;
  }

  get shouldRetry(): boolean {
    return this.detail.shouldRetry ?? failureKinds[this.kind].shouldRetry;
  }
}
