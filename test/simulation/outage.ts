// Failures that are nobody's fault: something was out of reach, and the deed is tried again.
import { Failure } from '#core/failure.ts';
import { LedgerAway } from '#ports/ledger.ts';
import type { Stage } from './stage.ts';

/** Every other failure is a finding. */
export async function orOutage(stage: Stage, work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (!(error instanceof LedgerAway || (error instanceof Failure && error.kind === 'not_exact'))) throw error;
    stage.probes.saw('a job found something out of reach');
    return false;
  }
}
