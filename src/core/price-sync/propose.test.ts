import { describe, expect, test } from 'vitest';
import type { PriceComponent } from '#core/pricing/component.ts';
import type { Candidate } from './candidate.ts';
import { propose, type SyncQuestion } from './propose.ts';
import type { BookEntry, Reason } from './proposal.ts';

const nowMs = Date.parse('2026-10-01T00:00:00Z');
const perMillion = { per: '1000000', currency: 'usd' } as const;

function said(source: string, price: string, more: Partial<Candidate> = {}): Candidate {
  return {
    source,
    provider: 'maker',
    model: 'm-1',
    kind: 'chat',
    meter: 'input',
    price,
    ...perMillion,
    field: 'f',
    ...more,
  };
}

function entry(
  components: readonly PriceComponent[],
  more: Partial<NonNullable<BookEntry['current']>> = {},
): BookEntry {
  const current = { versionId: 'v1', currency: 'usd', components, isCustom: false, isStopgap: false, ...more };
  return { name: 'm-1', provider: 'maker', model: 'm-1', kind: 'chat', current };
}

const plain = entry([
  { meter: 'input', price: '2', ...perMillion },
  { meter: 'output', price: '10', ...perMillion },
]);

function ask(candidates: readonly Candidate[], book: readonly BookEntry[] = [plain], more: Partial<SyncQuestion> = {}) {
  return propose({ candidates, book, canonicalProvider: (name) => name, withNew: false, nowMs, ...more });
}

function only(candidates: readonly Candidate[], book?: readonly BookEntry[], more?: Partial<SyncQuestion>) {
  const { proposals } = ask(candidates, book, more);
  expect(proposals).toHaveLength(1);
  const [proposal] = proposals;
  if (!proposal) throw new Error('There is no proposal.');
  return { ...proposal, reasons: proposal.notes.map(({ reason }): Reason => reason) };
}

describe('a rule may publish', () => {
  test('what two lists agree on and what changes by half at most', () => {
    expect(only([said('a', '2.5'), said('b', '2.50')])).toMatchObject({
      verdict: 'approvable',
      change: 'changed',
      before: { price: '2' },
      factor: '1.25',
      sources: ['a', 'b'],
      notes: [],
    });
  });

  test.each<[string, readonly Candidate[], Reason]>([
    ['one list alone', [said('a', '2.5')], 'one_source'],
    ['one list in two files', [said('a', '2.5'), said('a', '2.5', { field: 'g' })], 'one_source'],
    ['a change of more than half', [said('a', '3.2'), said('b', '3.2')], 'large_change'],
    [
      'a price that the book does not have',
      [said('a', '1', { meter: 'cache_read' }), said('b', '1', { meter: 'cache_read' })],
      'new_price',
    ],
    [
      'a threshold that nobody knows',
      ['a', 'b'].map((source) => said(source, '4', { when: { prompt_tokens: { gt: 271_999 } } })),
      'unknown_threshold',
    ],
    [
      'output that is cheaper than input',
      ['a', 'b'].map((source) => said(source, '1.9', { meter: 'output' })),
      'output_cheaper_than_input',
    ],
  ])('but never %s: a person looks', (_, candidates, reason) => {
    const proposal = only(candidates);
    expect(proposal.verdict).toBe('review');
    expect(proposal.reasons).toContain(reason);
  });
});

test('a model that a list has under its name and under its maker’s id is proposed once', () => {
  const dated = { ...plain, model: 'm-1-20250514' };
  const both = [said('a', '2.5'), { ...said('a', '2.5'), model: 'm-1-20250514' }];
  expect(only(both, [dated])).toMatchObject({ name: 'm-1', sources: ['a'] });
  const apart = [said('a', '2.5'), { ...said('a', '3'), model: 'm-1-20250514' }];
  expect(ask(apart, [dated]).proposals.map(({ verdict }) => verdict)).toEqual(['conflict', 'conflict']);
});

describe('what looks wrong is flagged, however many lists say so', () => {
  test.each([
    ['10', '20'],
    ['100', '200'],
    ['1,000', '2000'],
    ['1,000,000', '2000000'],
    ['a hundredth', '0.02'],
    ['about 7', '14.2'],
  ])('a change by %s', (_, price) => {
    const proposal = only([said('a', price), said('b', price)]);
    expect(proposal.verdict).toBe('flagged');
    expect(proposal.reasons).toContain('unit_slip');
  });

  test('zero where the book has a price, and a price where the book has zero', () => {
    expect(only([said('a', '0'), said('b', '0')])).toMatchObject({ verdict: 'flagged' });
    const free = entry([{ meter: 'input', price: '0', ...perMillion }]);
    expect(only([said('a', '1'), said('b', '1')], [free]).reasons).toContain('zero');
  });

  test('zero for a name without any price', () => {
    const { current: _, ...unpriced } = plain;
    expect(only([said('a', '0'), said('b', '0')], [unpriced])).toMatchObject({ verdict: 'flagged' });
  });

  test('a name that means another model from time to time', () => {
    const moving = { ...plain, name: 'm-latest', model: 'm-latest' };
    const proposal = only(
      ['a', 'b'].map((source) => said(source, '2.5', { model: 'm-latest' })),
      [moving],
    );
    expect(proposal).toMatchObject({ verdict: 'flagged', reasons: ['alias_name'] });
  });

  test('a price that no token has', () => {
    expect(only([said('a', '6000', { meter: 'input_audio' })]).reasons).toContain('implausible');
  });

  test('another currency, and another measure', () => {
    expect(only([said('a', '15', { currency: 'cny' })]).reasons).toContain('other_currency');
    expect(only([said('a', '0.04', { meter: 'image', per: '1' })]).reasons).toContain('other_measure');
  });

  test('what its reader was unsure of', () => {
    expect(only([said('a', '2.5', { doubts: ['list_discount'] }), said('b', '2.5')]).verdict).toBe('flagged');
  });

  test('two conditions that may both hold, without a price for the calls in which they do', () => {
    const { proposals } = ask([
      said('a', '1', { when: { service_tier: ['batch'] } }),
      said('b', '4', { when: { prompt_tokens: { gt: 200_000 } } }),
    ]);
    expect(proposals.filter(({ notes }) => notes.some(({ reason }) => reason === 'tie'))).toHaveLength(1);
    const whole = ask([
      said('a', '1', { when: { service_tier: ['batch'] } }),
      said('b', '4', { when: { prompt_tokens: { gt: 200_000 } } }),
      said('a', '2', { when: { prompt_tokens: { gt: 200_000 }, service_tier: ['batch'] } }),
    ]);
    expect(whole.proposals.flatMap(({ notes }) => notes).some(({ reason }) => reason === 'tie')).toBe(false);
  });
});

describe('nobody can approve', () => {
  test('-1', () => {
    const proposal = only([said('a', '-1')]);
    expect(proposal.verdict).toBe('rejected');
    expect(proposal.reasons).toContain('negative');
  });

  test('what does not read as a price', () => {
    expect(only([said('a', 'on request')])).toMatchObject({ verdict: 'rejected' });
  });

  test('a cached token that costs more than a sent one', () => {
    const proposal = only(['a', 'b'].map((source) => said(source, '3', { meter: 'cache_read' })));
    expect(proposal).toMatchObject({ verdict: 'rejected' });
    expect(proposal.reasons).toContain('cache_dearer_than_input');
  });

  test('a change of what a person has set', () => {
    const custom = {
      ...plain,
      current: { ...entry([{ meter: 'input', price: '2', ...perMillion }], { isCustom: true }).current },
    } as BookEntry;
    expect(only([said('a', '2.5'), said('b', '2.5')], [custom])).toMatchObject({ verdict: 'rejected' });
  });
});

describe('float residue', () => {
  const residue = '2.4999999999999996';

  test('is never proposed, and its digits are not repeated', () => {
    const answer = ask([said('a', residue)]);
    expect(answer.proposals).toEqual([]);
    expect(answer.residues).toMatchObject([{ source: 'a', model: 'm-1', digits: 17, given_elsewhere: false }]);
    expect(JSON.stringify(answer)).not.toContain(residue);
  });

  test('gives way to the short form of another list', () => {
    const { proposals, residues } = ask([said('a', residue), said('b', '2.5')]);
    expect(proposals).toMatchObject([{ component: { price: '2.5' }, sources: ['b'] }]);
    expect(residues).toMatchObject([{ given_elsewhere: true }]);
  });

  test('that means another price is still a dissent', () => {
    const { proposals } = ask([said('a', '2.5'), said('b', '2.5'), said('c', '2.6000000000000001')]);
    expect(proposals).toMatchObject([{ verdict: 'conflict', component: { price: '2.5' } }]);
  });

  test('counts as no second voice', () => {
    expect(only([said('a', residue), said('b', '2.5')]).reasons).toContain('one_source');
  });
});

test('lists that disagree are a conflict, and each side can be seen', () => {
  const { proposals } = ask([said('a', '2.5'), said('b', '2.5'), said('c', '2.6')]);
  expect(proposals.map(({ component, verdict, sources }) => [component.price, verdict, sources])).toEqual([
    ['2.5', 'conflict', ['a', 'b']],
    ['2.6', 'conflict', ['c']],
  ]);
});

test('zero in one list and a price in another is a conflict, never free', () => {
  const verdicts = ask([said('a', '0'), said('b', '2.5')]).proposals.map(({ verdict }) => verdict);
  expect(verdicts).toEqual(['flagged', 'conflict']);
});

test('what the book says already is agreed, in whatever quantity it is written', () => {
  const { proposals } = ask([said('a', '2'), said('b', '0.002', { per: '1000' })]);
  expect(proposals).toMatchObject([{ verdict: 'agreed', change: 'same' }]);
});

test('models outside the catalogue are counted, and proposed only when asked for', () => {
  const other = [said('a', '1', { model: 'unknown' }), said('a', '2', { model: 'unknown', meter: 'output' })];
  expect(ask(other)).toMatchObject({ proposals: [], outside: { models: 1, prices: 2 } });
  const asked = ask(other, [plain], { withNew: true });
  expect(asked.outside).toEqual({ models: 0, prices: 0 });
  expect(asked.proposals).toMatchObject([{ in_catalogue: false }, { in_catalogue: false }]);
});

test('of a list with days, the newest regime that has begun counts, and those to come are scheduled', () => {
  const { proposals } = ask([
    said('a', '9'),
    said('a', '8', { meter: 'output' }),
    said('a', '2.5', { starts: '2026-09-01' }),
    said('a', '3', { starts: '2026-12-01' }),
  ]);
  expect(proposals.map(({ component, starts }) => [component.meter, component.price, starts])).toEqual([
    ['input', '2.5', undefined],
    ['input', '3', '2026-12-01'],
  ]);
  expect(proposals[1]).toMatchObject({ verdict: 'review' });
});

test('a book that tells cache lifetimes apart takes the price that names none for the shortest', () => {
  const apart = entry([{ meter: 'cache_write_5m', price: '3', ...perMillion }]);
  expect(only([said('a', '3', { meter: 'cache_write' })], [apart])).toMatchObject({ verdict: 'agreed' });
});

test('asked twice, it answers the same', () => {
  const candidates = [said('a', '2.5'), said('b', '2.6'), said('a', '1', { meter: 'cache_read' })];
  expect(ask(candidates)).toEqual(ask(candidates));
});
