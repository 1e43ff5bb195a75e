// What Anthropic's dialect calls each kind of failure (`error.type`).
import type { Failure, FailureName } from '#core/failure.ts';

export const errorTypes = {
  malformed_request: 'invalid_request_error',
  invalid_parameter: 'invalid_request_error',
  missing_key: 'authentication_error',
  invalid_key: 'authentication_error',
  expired_key: 'authentication_error',
  insufficient_balance: 'billing_error',
  budget_exceeded: 'billing_error',
  forbidden: 'permission_error',
  unknown_model: 'not_found_error',
  not_found: 'not_found_error',
  method_not_allowed: 'invalid_request_error',
  request_timeout: 'invalid_request_error',
  conflict: 'invalid_request_error',
  stale: 'invalid_request_error',
  body_too_large: 'request_too_large',
  upstream_refused: 'invalid_request_error',
  rate_limited: 'rate_limit_error',
  too_large_for_limit: 'rate_limit_error',
  upstream_rate_limited: 'rate_limit_error',
  internal: 'api_error',
  upstream_failed: 'api_error',
  upstream_unreachable: 'api_error',
  unpriced: 'api_error',
  not_exact: 'api_error',
  ledger_behind: 'overloaded_error',
  draining: 'overloaded_error',
  upstream_timeout: 'timeout_error',
} as const satisfies Record<FailureName, string>;

// Not of HTTP: by it this dialect's servers say that they are overloaded.
const overloaded = 529;

export function errorType({ kind, detail }: Failure): string {
  if (detail.upstreamStatus === overloaded) return 'overloaded_error';
  if (kind === 'upstream_refused' && detail.upstreamStatus === 404) return 'not_found_error';
  if (kind === 'upstream_refused' && detail.upstreamStatus === 413) return 'request_too_large';
  return errorTypes[kind];
}
