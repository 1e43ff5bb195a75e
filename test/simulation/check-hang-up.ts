// What becomes of a provider's stream when its caller is gone: closed at once, or drained for a while.
import type { CallRecord } from './call-record.ts';
import { must } from './violation.ts';

const drainMs = 15_000;

export function checkHangUp({ requestId, state, sendings, hungUpAtMs, finalOnDisk }: CallRecord): void {
  const sending = sendings.at(-1);
  if (!finalOnDisk || state === 'crashed' || hungUpAtMs === undefined || sending?.headAtMs === undefined) return;
  const { provider, headAtMs, overAtMs, closedAtMs, script } = sending;
  if (script.kind !== 'stream' || overAtMs === undefined || overAtMs <= hungUpAtMs) return;
  const sinceMs = Math.max(hungUpAtMs, headAtMs);
  const untilMs = provider === 'south' ? sinceMs + drainMs : sinceMs;
  const what = (): string =>
    `${requestId} at ${provider}: left ${sinceMs}, closed ${closedAtMs ?? 'never'}, over ${overAtMs}`;
  if (overAtMs > untilMs) {
    must(closedAtMs !== undefined && closedAtMs <= untilMs, 'a stream went on without its caller', what);
  }
  if (closedAtMs === undefined || closedAtMs >= untilMs) return;
  // Before its caller left the money can have run out; afterwards nothing ends it but its time.
  const cutOff = finalOnDisk.outcome === 'cut_off' && closedAtMs <= hungUpAtMs;
  must(cutOff, 'a stream was closed before its time', what);
}
