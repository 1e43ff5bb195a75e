// What every keeper of jobs must do.
import { describe, expect, test } from 'vitest';
import type { JobEnd, MediaJob } from '#core/call/media-job.ts';
import { amount } from '#core/money/amount.ts';
import { notBillable } from '#core/usage/usage.ts';
import type { JobBook } from './job-book.ts';
import { callOf, entryOf, type Payer } from './ledger-entries.contract.ts';
import type { Ledger } from './ledger.ts';

export interface JobBookKeeper {
  readonly book: JobBook;
  /** That of the same books. */
  readonly ledger: Ledger;
  readonly createPayer: (currency: string) => Promise<Payer>;
}

const organizationId = crypto.randomUUID();
const gatewayId = crypto.randomUUID();
const startedAt = Date.UTC(2026, 10, 22);

export function jobBookContract(name: string, make: () => Promise<JobBookKeeper>): void {
  describe(name, () => {
    let dispatchNo = 0;
    const jobOf = (payer: Payer, more: Partial<MediaJob> & { readonly organizationId?: string } = {}): MediaJob => {
      dispatchNo += 1;
      const { organizationId: owner, ...rest } = more;
      const call = callOf(payer, { gatewayId, dispatchNo, atMs: startedAt + dispatchNo * 1_000 });
      return {
        call: {
          ...call,
          job: { quantities: { video_second: '8' } },
          ...(owner === undefined ? {} : { organizationId: owner }),
        },
        hold: {
          money: amount(7_999_999_999_999_999_999n),
          free: [{ scope: 'wallet:w', period: 'never', limit: 10n ** 15n, price: amount(3n), units: 8n }],
          slots: [{ scope: 'key:1', source: 'virtual_key.max_concurrent', limit: 3 }],
        },
        kind: 'video',
        adapter: 'north',
        upstreamId: `task ${dispatchNo}`,
        upstreamModel: 'north-1',
        shown: { duration: '8', size: '1280x720' },
        deadlineAt: startedAt + 3_600_000,
        ...rest,
      };
    };
    const usage = notBillable({ normalizer: { id: 'contract', version: '1' }, raw: null, unit: 'second' });
    const ended: JobEnd = {
      state: 'completed',
      at: startedAt + 9_000,
      usage,
      result: { url: 'https://north.example' },
    };

    test('a job comes back as it was put, once, with its first end', async () => {
      const { book, createPayer } = await make();
      const job = jobOf(await createPayer('usd'));
      await book.put(job);
      await book.put({ ...job, upstreamId: 'another' });
      expect(await book.find(job.call.requestId)).toEqual(job);
      await book.end(job.call.requestId, ended);
      await book.end(job.call.requestId, { ...ended, state: 'failed', message: 'too late' });
      expect(await book.find(job.call.requestId)).toEqual({ ...job, end: ended });
      expect(await book.find(crypto.randomUUID())).toBeUndefined();
      const other = crypto.randomUUID();
      expect(await book.known([job.call.requestId, other])).toEqual(new Set([job.call.requestId]));
    });

    test('lists are of one owner and kind, in order, page by page, without what was removed', async () => {
      const { book, createPayer } = await make();
      const [mine, theirs] = [await createPayer('usd'), await createPayer('usd')];
      const { walletId } = mine;
      const own = [jobOf(mine), jobOf(mine), jobOf(mine)];
      const colleagues = jobOf(theirs, { organizationId });
      for (const job of [
        ...own,
        colleagues,
        jobOf(mine, { kind: 'music' }),
        jobOf(mine, { kind: 'batch' }),
        jobOf(theirs),
      ])
        await book.put(job);
      const page = { kind: 'video', limit: 10, order: 'asc' } as const;
      const idsOf = (jobs: readonly MediaJob[]) => jobs.map(({ call }) => call.requestId);
      expect(idsOf(await book.list({ walletId }, page))).toEqual(idsOf(own));
      const newest = await book.list({ walletId }, { ...page, order: 'desc', limit: 2 });
      expect(idsOf(newest)).toEqual(idsOf(own).toReversed().slice(0, 2));
      const after = newest.at(-1)?.call.requestId ?? '';
      expect(idsOf(await book.list({ walletId }, { ...page, order: 'desc', after }))).toEqual(idsOf(own).slice(0, 1));
      expect(idsOf(await book.list({ walletId, organizationId }, page))).toEqual(idsOf([...own, colleagues]));
      const [removed] = idsOf(own);
      await book.remove(removed ?? '');
      expect(await book.find(removed ?? '')).toBeUndefined();
      expect(idsOf(await book.list({ walletId }, page))).toEqual(idsOf(own).slice(1));
    });

    test('what is under way, or whose final charge is missing, is taken up again; with how it was charged', async () => {
      const { book, ledger, createPayer } = await make();
      const payer = await createPayer('usd');
      const running = jobOf(payer);
      const estimated = jobOf(payer);
      const uncharged = jobOf(payer);
      const done = jobOf(payer);
      const heardOnly = jobOf(payer);
      const lost = jobOf(payer);
      for (const job of [running, estimated, uncharged, done, heardOnly, lost]) await book.put(job);
      const estimate = entryOf(estimated.call, { completionTokens: 100, estimateNo: 1 });
      const final = entryOf(heardOnly.call, { completionTokens: 200 });
      await ledger.write([
        estimate,
        entryOf(lost.call, { completionTokens: 100, estimateNo: 1 }),
        entryOf(done.call, { completionTokens: 200 }),
        final,
      ]);
      await book.end(uncharged.call.requestId, ended);
      await book.end(done.call.requestId, ended);
      await book.end(lost.call.requestId, { ...ended, state: 'failed', lost: true });
      const own = (await book.unbooked()).filter(({ job }) => job.call.walletId === payer.walletId);
      const unbooked = new Map(own.map((each) => [each.job.call.requestId, each]));
      const wanted = [running, estimated, uncharged, heardOnly].map(({ call }) => call.requestId);
      expect(new Set(unbooked.keys())).toEqual(new Set(wanted));
      expect(unbooked.get(running.call.requestId)).toEqual({ job: running });
      expect(unbooked.get(uncharged.call.requestId)).toEqual({ job: { ...uncharged, end: ended } });
      expect(unbooked.get(estimated.call.requestId)?.charged).toMatchObject({
        total: estimate.total,
        final: false,
        revision: 1,
      });
      expect(unbooked.get(heardOnly.call.requestId)?.charged).toMatchObject({ total: final.total, final: true });
      expect(await book.charged(done.call.requestId)).toMatchObject({ total: final.total, final: true });
      expect(await book.charged(running.call.requestId)).toBeUndefined();
    });
  });
}
