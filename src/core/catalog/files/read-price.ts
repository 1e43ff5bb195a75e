// A model's prices: each row of components has one quantity and one condition for the meters that it names.
import { findCurrency } from '#core/money/currency.ts';
import type { PriceComponent, PriceModifier } from '#core/pricing/component.ts';
import { pricingModelOf } from '#core/pricing/pricing-model.ts';
import { validatePriceVersion } from '#core/pricing/validate.ts';
import { isMeter, meters } from '#core/usage/meter.ts';
import { pricingTypes } from '../pricing-type.ts';
import { type CatalogPrice, confidences } from './catalog-content.ts';
import { Fields, type Place, said } from './fields.ts';
import { readCondition } from './read-condition.ts';
import type { Written } from './written.ts';

/** A price before it is known whose it is. */
export type NamelessPrice = Omit<CatalogPrice, 'subject'>;

export interface PriceDefaults {
  readonly from: string | undefined;
  readonly file: string;
}

export function readPrice(written: Written, place: Place, defaults: PriceDefaults): NamelessPrice {
  const fields = new Fields(written, place);
  const currency = readCurrency(fields);
  const rows = fields.list('components').map((row) => ({
    line: row.written.line,
    components: readComponents(row.written, row.place, currency),
  }));
  const from = fields.instant('from') ?? defaults.from;
  if (from === undefined && !fields.has('from')) fields.problem('from', 'It is missing here and in `prices_from`.');
  const confidence = fields.word('confidence', confidences) ?? 'unverified';
  const components = rows.flatMap((row) => row.components);
  const price = said<NamelessPrice>({
    currency,
    pricing_model: pricingModelOf(components),
    pricing_type: fields.word('pricing_type', pricingTypes) ?? 'standard',
    components,
    modifiers: fields.list('modifiers').map((each) => readModifier(each.written, each.place)),
    valid_from: from ?? '1970-01-01T00:00:00Z',
    valid_to: fields.instant('to'),
    state: fields.word('state', ['approved', 'draft']) ?? 'approved',
    notes: fields.required('reason'),
    provenance: `catalog/${defaults.file}: ${fields.required('source')}`,
    attributes: { confidence, ...counted(fields.plain('attributes')) },
  });
  fields.nothingElse();
  refuseInvalid(fields, price, (index) => {
    let next = 0;
    return rows.find((row) => (next += row.components.length) > index)?.line;
  });
  return price;
}

function readCurrency(fields: Fields): string {
  const code = fields.text('currency') ?? 'usd';
  const currency = findCurrency(code);
  if (currency === undefined) fields.problem('currency', `"${code}" is no currency that is known here.`);
  return currency?.code ?? 'usd';
}

function readComponents(written: Written, place: Place, currency: string): readonly PriceComponent[] {
  const fields = new Fields(written, place);
  const per = fields.required('per');
  const when = fields.written('when');
  const quantity = fields.written('quantity');
  const shared = {
    per,
    currency,
    ...(when === undefined ? {} : { when: readCondition(when, fields.inside('when')) }),
    ...(quantity === undefined ? {} : { quantity: readQuantity(quantity, fields.inside('quantity')) }),
  };
  const named = meters.filter((meter) => fields.has(meter));
  if (named.length === 0) fields.problem('', 'No meter has a price here.');
  const components = named.map((meter) => ({ meter, price: fields.decimal(meter) ?? '0', ...shared }));
  fields.nothingElse();
  return components;
}

function readQuantity(written: Written, place: Place): NonNullable<PriceComponent['quantity']> {
  const fields = new Fields(written, place);
  const quantity = said<NonNullable<PriceComponent['quantity']>>({
    min: fields.decimal('min'),
    round_up_to: fields.decimal('round_up_to'),
  });
  fields.nothingElse();
  return quantity;
}

function readModifier(written: Written, place: Place): PriceModifier {
  const fields = new Fields(written, place);
  const when = fields.written('when');
  const listed = fields.written('applies_to')?.kind === 'list';
  const words = listed ? fields.words('applies_to') : [];
  const group = listed ? undefined : fields.word('applies_to', ['tokens', 'tools', 'all']);
  for (const word of words) if (!isMeter(word)) fields.problem('applies_to', `Unknown meter "${word}".`);
  const modifier = said<PriceModifier>({
    factor: fields.decimal('factor') ?? '1',
    applies_to: listed ? words.filter(isMeter) : (group ?? 'all'),
    when: when === undefined ? undefined : readCondition(when, fields.inside('when')),
    reason: fields.text('reason'),
  });
  fields.nothingElse();
  return modifier;
}

// Counts of tokens are numbers wherever these fields are read.
function counted(attributes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      name.endsWith('_tokens') && typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
    ]),
  );
}

function refuseInvalid(fields: Fields, price: NamelessPrice, lineOf: (component: number) => number | undefined): void {
  const problems = validatePriceVersion({
    id: 'file',
    subject: { kind: 'model', name: 'file' },
    book: 'list',
    currency: price.currency,
    components: price.components,
    modifiers: price.modifiers,
    pricingModel: price.pricing_model,
    validFrom: price.valid_from,
    ...(price.valid_to === undefined ? {} : { validTo: price.valid_to }),
    recordedAt: price.valid_from,
  });
  for (const { path, message } of problems) {
    const component = /^components\[(\d+)\]/.exec(path)?.[1];
    fields.problem(path, message, component === undefined ? undefined : lineOf(Number(component)));
  }
}
