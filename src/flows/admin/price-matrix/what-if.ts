// The calls of the last days, rated again by the proposed prices. It reads; nobody is charged anything.
import type { MatrixSheet } from '#core/catalog/price-matrix/row.ts';
import { WhatIf, type WhatIfRow } from '#core/catalog/price-matrix/what-if.ts';
import type { Replayed } from '#ports/price-matrix.ts';
import type { AdminDesk } from '../desk.ts';
import { checkMatrix, requireRight } from './check-matrix.ts';

const dayMs = 86_400_000;
/** A bound on the work of one request; the newest calls are taken. */
const callsMax = 250_000;

export interface WhatIfAnswer {
  readonly since: string;
  readonly replayed: Replayed;
  readonly rows: readonly WhatIfRow[];
}

/** @throws Failure `invalid_parameter` with all errors. */
export async function replayMatrix(
  desk: AdminDesk,
  sheet: MatrixSheet,
  { days }: { readonly days: number },
): Promise<WhatIfAnswer> {
  const checked = await checkMatrix(desk, sheet);
  requireRight(checked);
  const { proposals, shelf } = checked;
  const whatIf = new WhatIf(proposals, shelf);
  const since = new Date(shelf.nowMs - days * dayMs).toISOString();
  const order = {
    since,
    names: [...new Set(proposals.map(({ place }) => place.model.name))],
    customerTypeIds: [...new Set(proposals.map(({ place }) => place.customerType.id))],
    callsMax,
  };
  const replayed = await desk.administration.priceMatrix.replay(order, (calls) => {
    for (const call of calls) whatIf.add(call);
  });
  return { since, replayed, rows: whatIf.rows };
}
