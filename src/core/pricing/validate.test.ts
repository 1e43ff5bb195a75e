import { describe, expect, test } from 'vitest';
import type { PriceComponent, PriceCondition, PriceModifier, PriceVersion } from './component.ts';
import { validatePriceVersion } from './validate.ts';

function component(more: object = {}): PriceComponent {
  return { meter: 'input', price: '2.50', per: '1000000', currency: 'usd', ...more };
}

function version(components: readonly PriceComponent[], more: object = {}): PriceVersion {
  return {
    id: 'version-1',
    subject: { kind: 'model', name: 'maker/model' },
    book: 'list',
    currency: 'usd',
    components,
    modifiers: [],
    validFrom: '2026-01-01T00:00:00Z',
    recordedAt: '2026-01-01T00:00:00Z',
    ...more,
  };
}

const when = (condition: PriceCondition, more: object = {}) => component({ when: condition, ...more });
const paths = (each: PriceVersion) => validatePriceVersion(each).map(({ path }) => path);
const output = component({ meter: 'output', price: '10' });

describe('a price may be published', () => {
  test.each<[string, PriceVersion]>([
    ['plain', version([component(), output])],
    ['free', version([component({ price: '0' })])],
    ['in another name of its currency', version([component({ currency: 'RMB' })], { currency: 'cny' })],
    [
      'with nested thresholds',
      version([component(), when({ prompt_tokens: { gt: 32_000 } }), when({ prompt_tokens: { gt: 128_000 } })]),
    ],
    [
      'with two windows a day',
      version([
        component(),
        when({ window: { from: '01:00', to: '04:00' } }),
        when({ window: { from: '06:00', to: '10:00' } }),
      ]),
    ],
    [
      'with tiers, a threshold, and both',
      version([
        component(),
        when({ service_tier: ['flex'] }),
        when({ prompt_tokens: { gt: 272_000 } }),
        when({ service_tier: ['flex'], prompt_tokens: { gt: 272_000 } }),
      ]),
    ],
    ['hybrid', version([component(), component({ meter: 'request' })], { pricingModel: 'hybrid' })],
    [
      'with a discount that says why',
      version([component()], { modifiers: [{ factor: '0.8', applies_to: ['input'], reason: 'volume' }] }),
    ],
  ])('%s', (_what, each) => {
    expect(validatePriceVersion(each)).toEqual([]);
  });
});

describe('a price is refused, and told where', () => {
  test.each<[string, PriceVersion, string]>([
    ['nothing in it', version([]), 'components'],
    ['no id', version([component()], { id: '' }), 'id'],
    ['an unknown currency', version([component({ currency: 'xyz' })], { currency: 'xyz' }), 'currency'],
    [
      'two currencies',
      version([component(), component({ meter: 'output', currency: 'eur' })]),
      'components[1].currency',
    ],
    ['an unknown meter', version([component({ meter: 'inputs' })]), 'components[0].meter'],
    ['a negative price', version([component({ price: '-1' })]), 'components[0].price'],
    ['an exponent', version([component({ price: '1e-6' })]), 'components[0].price'],
    ['a number for a price', version([component({ price: 2.5 })]), 'components[0].price'],
    ['per nothing', version([component({ per: '0' })]), 'components[0].per'],
    ['per a fraction', version([component({ per: '1.5' })]), 'components[0].per'],
    [
      'blocks of nothing',
      version([component({ quantity: { round_up_to: '0' } })]),
      'components[0].quantity.round_up_to',
    ],
    [
      'a negative factor',
      version([component()], { modifiers: [{ factor: '-1', applies_to: 'all' }] }),
      'modifiers[0].factor',
    ],
    [
      'a factor on an unknown meter',
      version([component()], { modifiers: [{ factor: '1', applies_to: ['inputs'] }] }),
      'modifiers[0].applies_to[0]',
    ],
    ['an end before its beginning', version([component()], { validTo: '2025-01-01T00:00:00Z' }), 'validTo'],
    ['a beginning that is none', version([component()], { validFrom: 'soon' }), 'validFrom'],
    ['hybrid without a request price', version([component()], { pricingModel: 'hybrid' }), 'pricingModel'],
    [
      'per request, and tokens',
      version([component(), component({ meter: 'request' })], { pricingModel: 'per_request' }),
      'pricingModel',
    ],
    ['an unknown model', version([component()], { pricingModel: 'per_mood' }), 'pricingModel'],
    ['an empty condition', version([when({})]), 'components[0].when'],
    ['a range of none', version([when({ prompt_tokens: { gt: 10, lt: 11 } })]), 'components[0].when.prompt_tokens'],
    ['a range of all', version([when({ prompt_tokens: { gte: 0 } })]), 'components[0].when.prompt_tokens'],
    ['a fractional threshold', version([when({ prompt_tokens: { gt: 0.5 } })]), 'components[0].when.prompt_tokens'],
    ['an empty list', version([when({ region: [] })]), 'components[0].when.region'],
    [
      'a window elsewhere',
      version([component({ when: { window: { tz: 'Asia/Shanghai', iso_weekdays: [1] } } })]),
      'components[0].when.window.tz',
    ],
    ['a window without end', version([when({ window: { from: '01:00' } })]), 'components[0].when.window'],
    ['a window that is none', version([when({ window: { from: '01:00', to: '01:00' } })]), 'components[0].when.window'],
    ['a bad time', version([when({ window: { from: '1:00', to: '25:00' } })]), 'components[0].when.window.from'],
    ['an eighth weekday', version([when({ window: { iso_weekdays: [8] } })]), 'components[0].when.window.iso_weekdays'],
    [
      'a date that is none',
      version([when({ window: { iso_weekdays: [1], exclude_dates: ['2026-13-01'] } })]),
      'components[0].when.window.exclude_dates[0]',
    ],
  ])('%s', (_what, each, path) => {
    expect(paths(each)).toContain(path);
  });

  test.each<[string, PriceVersion, string]>([
    ['components[0].commitment', version([component({ commitment: { term: '12' } })]), 'commitment'],
    ['components[0].tiers', version([component({ tiers: [] })]), 'tiers'],
    [
      'components[0].quantity.most',
      version([component({ quantity: { most: '5' } as PriceComponent['quantity'] })]),
      'most',
    ],
    ['components[0].when.mood', version([component({ when: { mood: ['good'] } })]), 'mood'],
    [
      'modifiers[0].threshold',
      version([component()], { modifiers: [{ factor: '1', applies_to: 'all', threshold: '5' } as PriceModifier] }),
      'threshold',
    ],
    ['commitment', version([component()], { commitment: '1000' }), 'commitment'],
  ])('%s is not accepted in silence', (path, each, field) => {
    const [problem] = validatePriceVersion(each);
    expect(problem).toMatchObject({ path });
    expect(problem?.message).toContain(`"${field}" is not supported`);
  });
});

describe('a tie is refused', () => {
  test.each<[string, readonly PriceComponent[]]>([
    ['the same meter twice', [component(), component({ price: '3' })]],
    ['the same condition twice', [when({ region: ['eu'] }), when({ region: ['eu'] })]],
    ['three times', [component(), component(), component()]],
    ['lists that share a word', [when({ region: ['eu', 'us'] }), when({ region: ['us', 'asia'] })]],
    ['a tier and a threshold', [when({ service_tier: ['flex'] }), when({ prompt_tokens: { gt: 200_000 } })]],
    ['ranges that overlap', [when({ prompt_tokens: { lte: 100 } }), when({ prompt_tokens: { gte: 100 } })]],
    [
      'windows that overlap over midnight',
      [when({ window: { from: '22:00', to: '02:00' } }), when({ window: { from: '01:00', to: '03:00' } })],
    ],
  ])('%s', (_what, components) => {
    expect(paths(version(components))).toContain('components[1].when');
  });

  test.each<[string, readonly PriceComponent[]]>([
    ['another meter', [component(), output]],
    ['one inside the other', [when({ region: ['eu', 'us'] }), when({ region: ['us'] })]],
    ['ranges that touch', [when({ prompt_tokens: { lte: 100 } }), when({ prompt_tokens: { gt: 100 } })]],
    ['switches that differ', [when({ audio: true }), when({ audio: false })]],
    ['weekdays that differ', [when({ window: { iso_weekdays: [1, 2] } }), when({ window: { iso_weekdays: [3] } })]],
    [
      'a third for where they meet',
      [
        when({ prompt_tokens: { lte: 100 } }),
        when({ prompt_tokens: { gte: 50 } }),
        when({ prompt_tokens: { gte: 50, lte: 100 } }),
      ],
    ],
  ])('but not %s', (_what, components) => {
    expect(validatePriceVersion(version(components))).toEqual([]);
  });
});
