// A job's final word becomes its one charge, in whichever life it is heard.
import type { ChargeEntry } from '#core/ledger/entry.ts';
import type { JobEnd, MediaJob } from '#core/call/media-job.ts';
import { eventIdOf, pinnedTerms } from '../estimate.ts';
import { entryOf, giveUnits, unitsFor } from '../settle.ts';
import { viewWallet } from '../view-wallet.ts';
import type { MediaDesk } from './desk.ts';

/** Safe to be repeated, and to be killed in: the entry is always the same one. Rejects when it has to be tried again. */
export async function settleJob(desk: MediaDesk, { call }: MediaJob, end: JobEnd, leaseMs: number): Promise<void> {
  const { house, directory, book } = desk;
  const { requestId, walletId } = call;
  const ids = new Set([call.pins.charge.versionId, call.pins.cost.versionId]);
  const versions = new Map((await directory.priceVersions([...ids])).map((version) => [version.id, version]));
  const terms = pinnedTerms(call, versions);
  if (!(await house.store.touch(requestId, leaseMs))) {
    // Its hold has ended in this life or in an earlier one: what was charged then is in the ledger, or still remembered.
    const charged = await book.charged(requestId);
    if (charged?.final === true) return;
    await viewWallet(house, walletId);
    if (charged) await house.store.recall(call, charged);
  }
  const { usage } = end;
  // What stands between the units and the journal's record must not wait: the journal then has them in their order.
  const given = await unitsFor(call, { ...terms, usage }, (wanted) => giveUnits(house, call, wanted));
  const outcome = end.state;
  const entry: ChargeEntry = entryOf(
    call,
    { ...terms, usage, given, outcome, attempts: [] },
    { eventId: eventIdOf('final', requestId), endedAt: end.at, final: true, revision: 0 },
  );
  try {
    await house.journal.append({ kind: 'settle', entry });
  } catch (error) {
    // The entry still goes to the ledger through the store; only its second copy is missing until it is there.
    house.log.error({ error, request_id: requestId }, 'a settlement could not be written to the journal');
  }
  house.failpoints.reach('after-journal-settle');
  await house.store.settle(entry, BigInt(entry.usage.total_tokens));
  house.failpoints.reach('after-settle');
}
