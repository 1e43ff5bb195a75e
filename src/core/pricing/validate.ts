// What keeps a price from being published: found here, so that the hot path never meets it.
import { findCurrency } from '#core/money/currency.ts';
import { parseDecimal, type Rational } from '#core/money/rational.ts';
import { isMeter, isTokenMeter } from '#core/usage/meter.ts';
import type { PriceComponent, PriceModifier, PriceVersion } from './component.ts';
import { type PriceProblem, unknownFields } from './price-problem.ts';
import { tieProblems } from './ties.ts';
import { tierProblems } from './validate-tiers.ts';
import { conditionProblems } from './validate-condition.ts';

/** Empty when the version may be published. */
export function validatePriceVersion(version: PriceVersion): readonly PriceProblem[] {
  const problems = [
    ...unknownFields(version, versionFields, ''),
    ...headProblems(version),
    ...version.components.flatMap((component, index) => componentProblems(component, version, `components[${index}]`)),
    ...version.modifiers.flatMap((modifier, index) => modifierProblems(modifier, `modifiers[${index}]`)),
    ...modelProblems(version),
  ];
  return problems.length > 0 ? problems : [...tieProblems(version.components), ...tierProblems(version)];
}

const versionFields = [
  'id',
  'subject',
  'book',
  'bookOwner',
  'currency',
  'components',
  'modifiers',
  'pricingModel',
  'reportedCost',
  'rowId',
  'countedAs',
  'validFrom',
  'validTo',
  'recordedAt',
] as const satisfies readonly (keyof PriceVersion)[];

const componentFields = [
  'meter',
  'price',
  'per',
  'currency',
  'when',
  'quantity',
  'allowance',
  'graduated',
  'volume',
] as const satisfies readonly (keyof PriceComponent)[];

const modifierFields = ['factor', 'applies_to', 'when', 'reason'] as const satisfies readonly (keyof PriceModifier)[];

function headProblems(version: PriceVersion): readonly PriceProblem[] {
  const problems: PriceProblem[] = [];
  if (version.id === '') problems.push({ path: 'id', message: 'A price version needs an id.' });
  if (version.subject.name === '') {
    problems.push({ path: 'subject.name', message: 'Name the model or alias that the price is for.' });
  }
  if (findCurrency(version.currency) === undefined) {
    problems.push({ path: 'currency', message: `Unknown currency "${version.currency}".` });
  }
  if (version.components.length === 0) {
    problems.push({
      path: 'components',
      message: 'A price needs at least one component; "0" is the price of what is free.',
    });
  }
  if (![undefined, 'prefer', 'compare', 'ignore'].includes(version.reportedCost)) {
    const message = `"${String(version.reportedCost)}" is neither prefer, compare nor ignore.`;
    problems.push({ path: 'reportedCost', message });
  }
  return [...problems, ...instantProblems(version)];
}

function instantProblems({ validFrom, validTo, recordedAt }: PriceVersion): readonly PriceProblem[] {
  const problems = Object.entries({ validFrom, validTo, recordedAt }).flatMap(([path, text]) =>
    text === undefined || !Number.isNaN(Date.parse(text)) ? [] : [{ path, message: `"${text}" is no instant.` }],
  );
  if (validTo !== undefined && Date.parse(validTo) <= Date.parse(validFrom)) {
    problems.push({ path: 'validTo', message: 'A price must end after it begins.' });
  }
  return problems;
}

function componentProblems(component: PriceComponent, version: PriceVersion, path: string): readonly PriceProblem[] {
  const problems = [...unknownFields(component, componentFields, path)];
  if (!isMeter(component.meter)) {
    problems.push({ path: `${path}.meter`, message: `Unknown meter "${String(component.meter)}".` });
  }
  if (findCurrency(component.currency) !== findCurrency(version.currency)) {
    const message = `One version has one currency: "${version.currency}", not "${component.currency}".`;
    problems.push({ path: `${path}.currency`, message });
  }
  return [
    ...problems,
    ...decimalProblems(component.price, `${path}.price`, 'zero or more'),
    ...(/^\d{1,18}$/.test(component.per)
      ? decimalProblems(component.per, `${path}.per`, 'more than zero')
      : [{ path: `${path}.per`, message: `"${component.per}" is not a whole number such as "1000000".` }]),
    ...quantityProblems(component.quantity, `${path}.quantity`),
    ...(component.quantity?.count_by === 'prompt' && isTokenMeter(component.meter)
      ? [{ path: `${path}.quantity.count_by`, message: 'Tokens are charged each, not once for the whole call.' }]
      : []),
    ...(component.when === undefined ? [] : conditionProblems(component.when, `${path}.when`)),
  ];
}

function quantityProblems(quantity: PriceComponent['quantity'], path: string): readonly PriceProblem[] {
  if (quantity === undefined) return [];
  return [
    ...unknownFields(quantity, ['count_by', 'min', 'round_up_to'], path),
    ...([undefined, 'query', 'prompt'].includes(quantity.count_by)
      ? []
      : [{ path: `${path}.count_by`, message: `"${String(quantity.count_by)}" is neither query nor prompt.` }]),
    ...(['min', 'round_up_to'] as const).flatMap((field) => {
      const text = quantity[field];
      return text === undefined ? [] : decimalProblems(text, `${path}.${field}`, 'more than zero');
    }),
  ];
}

function modifierProblems(modifier: PriceModifier, path: string): readonly PriceProblem[] {
  const { applies_to, when } = modifier;
  const listed = typeof applies_to === 'string' ? [] : applies_to;
  const unknown = typeof applies_to === 'string' && !['tokens', 'tools', 'all'].includes(applies_to);
  return [
    ...unknownFields(modifier, modifierFields, path),
    ...decimalProblems(modifier.factor, `${path}.factor`, 'zero or more'),
    ...(unknown
      ? [{ path: `${path}.applies_to`, message: `"${applies_to}" is neither tokens, tools, all nor a list.` }]
      : []),
    ...listed.flatMap((meter, index) =>
      isMeter(meter) ? [] : [{ path: `${path}.applies_to[${index}]`, message: `Unknown meter "${String(meter)}".` }],
    ),
    ...(when === undefined ? [] : conditionProblems(when, `${path}.when`)),
  ];
}

function decimalProblems(
  text: string,
  path: string,
  least: 'zero or more' | 'more than zero',
): readonly PriceProblem[] {
  const value = decimalIn(text);
  if (value === undefined) return [{ path, message: `"${text}" is not a plain decimal number such as "12.05".` }];
  const enough = least === 'zero or more' ? value.numerator >= 0n : value.numerator > 0n;
  return enough ? [] : [{ path, message: `"${text}" must be ${least}.` }];
}

function decimalIn(text: unknown): Rational | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return parseDecimal(text);
  } catch {
    return undefined;
  }
}

function modelProblems({ pricingModel, components }: PriceVersion): readonly PriceProblem[] {
  const byToken = components.some(({ meter }) => isTokenMeter(meter));
  const byRequest = components.some(({ meter }) => meter === 'request');
  switch (pricingModel) {
    case undefined:
    case 'per_unit':
      return [];
    case 'per_token':
      return byToken ? [] : [{ path: 'pricingModel', message: 'per_token needs the price of a token meter.' }];
    case 'per_request':
      if (!byRequest) return [{ path: 'pricingModel', message: 'per_request needs a price for the meter "request".' }];
      return byToken
        ? [{ path: 'pricingModel', message: 'per_request charges no tokens: leave their prices out, or say hybrid.' }]
        : [];
    case 'hybrid':
      return byToken && byRequest
        ? []
        : [{ path: 'pricingModel', message: 'hybrid needs the price of a token meter and one for "request".' }];
  }
  return [{ path: 'pricingModel', message: `Unknown pricing model "${String(pricingModel)}".` }];
}
