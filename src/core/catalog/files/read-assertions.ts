// What a source says at one place of it: a row becomes one assertion for each meter that it names a figure for.
import { findCurrency } from '#core/money/currency.ts';
import { meters } from '#core/usage/meter.ts';
import { type CatalogAssertion, confidences } from './catalog-content.ts';
import { Fields, type Place, said } from './fields.ts';
import { readCondition } from './read-condition.ts';
import type { Written } from './written.ts';

/** The model as the file names it; its provider is that of the catalogue's model. */
export type UnplacedAssertion = Omit<CatalogAssertion, 'provider'> & { readonly line: number; readonly field: string };

export function readPlaceOfSource(written: Written, place: Place, source: string): readonly UnplacedAssertion[] {
  const fields = new Fields(written, place);
  const heading = fields.required('place');
  const rows = fields.list('says').flatMap((row) => readRow(row.written, row.place, { source, heading }));
  fields.nothingElse();
  return rows;
}

interface SourcePlace {
  readonly source: string;
  readonly heading: string;
}

function readRow(written: Written, place: Place, { source, heading }: SourcePlace): readonly UnplacedAssertion[] {
  const fields = new Fields(written, place);
  const when = fields.written('when');
  const currency = findCurrency(fields.text('currency') ?? 'usd');
  if (currency === undefined) fields.problem('currency', 'This currency is not known here.');
  const row = said<UnplacedAssertion>({
    source,
    place: heading,
    model: fields.required('model'),
    condition: when === undefined ? undefined : readCondition(when, fields.inside('when')),
    quoted: fields.required('quoted'),
    url: fields.text('url'),
    confidence: fields.word('confidence', confidences) ?? 'unverified',
    reason: fields.text('reason'),
    line: fields.line,
    field: place.field,
  });
  const named = meters.filter((meter) => fields.has(meter));
  const per = fields.matching('per', /^\d{1,18}$/, 'whole number such as 1000000');
  if (named.length > 0 && !fields.has('per')) fields.problem('per', 'It is missing.');
  const assertions = named.map((meter) => ({
    ...row,
    meter,
    price: fields.decimal(meter) ?? '',
    per: per ?? '',
    currency: currency?.code ?? '',
  }));
  fields.nothingElse();
  return assertions.length === 0 ? [row] : assertions;
}
