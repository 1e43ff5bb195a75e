// Every call that a gateway numbered has its charge: the numbers of each of its lives are gapless.
import { type Finding, findings } from './audit.ts';
import type { DispatchRow, GatewayRow } from './audit-rows.ts';

export interface Patience {
  readonly nowMs: number;
  /** A call that is missing may still be under way, or on its way into the ledger, for this long. */
  readonly inFlightMs: number;
}

export interface DispatchAudit {
  readonly findings: readonly Finding[];
  readonly inFlight: bigint;
}

/** Numbers are given in the order in which calls begin: what is missing before a call is no younger than it. */
export function auditDispatch(before: bigint, row: DispatchRow, patience: Patience): DispatchAudit {
  const { gatewayId, dispatchNo, requestId, startedAt } = row;
  const subject = `gateway ${gatewayId}`;
  if (dispatchNo <= before) {
    const message = `The request ${requestId} has the number ${dispatchNo}, which is not its own.`;
    return { findings: findings(subject, [true, 'dispatch', message]), inFlight: 0n };
  }
  return gap(subject, { after: before, upTo: dispatchNo - 1n, atMs: startedAt }, patience);
}

export function auditGatewayEnd(gateway: GatewayRow, last: bigint, patience: Patience): DispatchAudit {
  const { gatewayId, lastDispatchNo, endedAt } = gateway;
  const subject = `gateway ${gatewayId}`;
  if (lastDispatchNo === undefined) return { findings: [], inFlight: 0n };
  if (last > lastDispatchNo) {
    const message = `Its last number was ${lastDispatchNo}, and there is a charge for ${last}.`;
    return { findings: findings(subject, [true, 'dispatch', message]), inFlight: 0n };
  }
  return gap(subject, { after: last, upTo: lastDispatchNo, atMs: endedAt ?? 0 }, patience);
}

interface Gap {
  readonly after: bigint;
  readonly upTo: bigint;
  readonly atMs: number;
}

function gap(subject: string, { after, upTo, atMs }: Gap, { nowMs, inFlightMs }: Patience): DispatchAudit {
  const missing = upTo - after;
  if (missing <= 0n) return { findings: [], inFlight: 0n };
  if (nowMs - atMs < inFlightMs) return { findings: [], inFlight: missing };
  const numbers = missing === 1n ? `the number ${upTo}` : `the numbers ${after + 1n} to ${upTo}`;
  return { findings: findings(subject, [true, 'dispatch', `There is no charge for ${numbers}.`]), inFlight: 0n };
}
