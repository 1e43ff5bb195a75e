import type { Knobs } from './knobs.ts';
import type { ApiError } from './refusal.ts';
import { errorOfStatus } from './refusal.ts';

/** What goes wrong with one call. */
export type Fault =
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly error: ApiError;
      readonly retryAfter: number | undefined;
    }
  | { readonly kind: 'error' | 'disconnect' | 'hang'; readonly afterTokens: number; readonly error: ApiError };

const DEFAULT_STATUS = 500;

/** `earlierCalls` is how many calls carried the same fault key before this one. */
export function faultOf(knobs: Knobs, earlierCalls: number): Fault | undefined {
  if (knobs.errorTimes !== undefined && earlierCalls >= knobs.errorTimes) return undefined;
  const later = firstLaterFault(knobs);
  const status =
    knobs.errorStatus ?? (knobs.errorTimes !== undefined && later === undefined ? DEFAULT_STATUS : undefined);
  if (status === undefined) return later;
  return { kind: 'refuse', status, error: errorOfStatus(status, knobs.errorCode), retryAfter: knobs.retryAfter };
}

function firstLaterFault(knobs: Knobs): Fault | undefined {
  const error = errorOfStatus(DEFAULT_STATUS, knobs.errorCode);
  const faults = [
    { kind: 'error', afterTokens: knobs.errorAfter ?? Infinity, error },
    { kind: 'disconnect', afterTokens: knobs.disconnectAfter ?? Infinity, error },
    { kind: 'hang', afterTokens: knobs.hangAfter ?? Infinity, error },
  ] as const;
  const first = faults.reduce((earliest, fault) => (fault.afterTokens < earliest.afterTokens ? fault : earliest));
  return first.afterTokens === Infinity ? undefined : first;
}
