// What Gemini's dialect calls each kind of failure (`error.status`): the codes of gRPC.
import type { Failure, FailureName } from '#core/failure.ts';

export const errorStatuses = {
  malformed_request: 'INVALID_ARGUMENT',
  invalid_parameter: 'INVALID_ARGUMENT',
  missing_key: 'UNAUTHENTICATED',
  invalid_key: 'UNAUTHENTICATED',
  expired_key: 'UNAUTHENTICATED',
  insufficient_balance: 'FAILED_PRECONDITION',
  budget_exceeded: 'FAILED_PRECONDITION',
  forbidden: 'PERMISSION_DENIED',
  unknown_model: 'NOT_FOUND',
  not_found: 'NOT_FOUND',
  method_not_allowed: 'UNIMPLEMENTED',
  request_timeout: 'DEADLINE_EXCEEDED',
  conflict: 'ABORTED',
  stale: 'ABORTED',
  body_too_large: 'INVALID_ARGUMENT',
  upstream_refused: 'INVALID_ARGUMENT',
  rate_limited: 'RESOURCE_EXHAUSTED',
  too_large_for_limit: 'RESOURCE_EXHAUSTED',
  upstream_rate_limited: 'RESOURCE_EXHAUSTED',
  internal: 'INTERNAL',
  upstream_failed: 'UNAVAILABLE',
  upstream_unreachable: 'UNAVAILABLE',
  unpriced: 'UNAVAILABLE',
  not_exact: 'UNAVAILABLE',
  ledger_behind: 'UNAVAILABLE',
  draining: 'UNAVAILABLE',
  upstream_timeout: 'DEADLINE_EXCEEDED',
} as const satisfies Record<FailureName, string>;

export function errorStatus({ kind, detail }: Failure): string {
  return kind === 'upstream_refused' && detail.upstreamStatus === 404 ? 'NOT_FOUND' : errorStatuses[kind];
}
