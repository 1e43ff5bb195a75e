// The whole table, or nothing of it: every row is read, and everything that is wrong with any of them is said.
import { validatePriceVersion } from '#core/pricing/validate.ts';
import { componentsOf, type MatrixPrice, samePrice, simplePriceOf } from './cell.ts';
import { expandMatrix } from './expand.ts';
import { type FieldProblem, filled, readPrice } from './read-price.ts';
import { incomplete, type MatrixError, type MatrixRow, type MatrixSheet } from './row.ts';
import { type MatrixPlace, type MatrixShelf, placeKey } from './shelf.ts';

/** What a row wants for its place. */
export type Wish =
  | { readonly kind: 'set'; readonly price: MatrixPrice; readonly fromMs?: number; readonly toMs?: number }
  | { readonly kind: 'keep' }
  | { readonly kind: 'remove' };

export interface Proposal {
  readonly index: number;
  readonly row: MatrixRow;
  readonly place: MatrixPlace;
  readonly wish: Wish;
}

export interface Validated {
  readonly proposals: readonly Proposal[];
  readonly errors: readonly MatrixError[];
}

/** `selected`: the shelf of what the sheet's selection names. */
export function validateMatrix(sheet: MatrixSheet, shelf: MatrixShelf, selected?: readonly MatrixPlace[]): Validated {
  const proposals: Proposal[] = [];
  const errors: MatrixError[] = [];
  const first = new Map<string, number>();
  for (const [index, row] of sheet.rows.entries()) {
    const say = ({ field, ...said }: Said): void => {
      const { provider, model, customer_type } = row;
      errors.push({ row: index, provider, model, customer_type, field: field ?? null, ...said });
    };
    const place = placeOf(row, shelf, say);
    const wish = wishOf(row, place, shelf, say);
    if (!place) continue;
    const before = first.get(placeKey(place));
    if (before === undefined) first.set(placeKey(place), index);
    else say({ code: 'duplicate', message: `Row ${before} is for the same customer type and model.` });
    if (wish) proposals.push({ index, row, place, wish });
  }
  for (const place of selected ?? []) {
    if (!first.has(placeKey(place))) errors.push(forgotten(place));
  }
  return { proposals, errors };
}

export function selectedPlaces(
  shelf: MatrixShelf,
  customerTypes: readonly string[] | undefined,
): readonly MatrixPlace[] {
  const chosen = customerTypes?.flatMap((ref) => shelf.customerType(ref) ?? []);
  return expandMatrix(shelf, chosen);
}

type Said = Pick<MatrixError, 'code' | 'message'> & { readonly field?: string };
type Say = (said: Said) => void;

function placeOf(row: MatrixRow, shelf: MatrixShelf, say: Say): MatrixPlace | undefined {
  const model = shelf.model(row.provider, row.model);
  const customerType = shelf.customerType(row.customer_type);
  if (!model && !shelf.facts.providers.includes(row.provider)) {
    say({ field: 'provider', code: 'unknown_provider', message: `There is no provider "${row.provider}".` });
  } else if (!model) {
    const message = `The provider "${row.provider}" has no model "${row.model}".`;
    say({ field: 'model', code: 'unknown_model', message });
  }
  if (!customerType) {
    const message = `There is no customer type "${row.customer_type}".`;
    say({ field: 'customer_type', code: 'unknown_customer_type', message });
  }
  return model && customerType && { model, customerType };
}

function wishOf(row: MatrixRow, place: MatrixPlace | undefined, shelf: MatrixShelf, say: Say): Wish | undefined {
  const reading = readPrice(row);
  if (reading.kind === 'wrong') for (const problem of reading.problems) say(problem);
  const kind = filled(row.kind);
  if (kind !== undefined && !['simple', 'complex', 'empty'].includes(kind)) {
    say({ field: 'kind', code: 'kind', message: `"${kind.slice(0, 60)}" is none of simple, complex, empty.` });
    return undefined;
  }
  const inForce = place && shelf.inForce(place);
  if (row.remove === true) {
    if (reading.kind === 'none') return { kind: 'remove' };
    say({
      field: 'remove',
      code: 'contradiction',
      message: 'A row that is removed has no price: empty it, or keep it.',
    });
    return undefined;
  }
  if (reading.kind === 'none') {
    // A price that these columns cannot show stays as it is; every other row needs one.
    const complex = inForce !== undefined && simplePriceOf(inForce) === undefined;
    if (complex || (inForce && kind === 'complex')) return { kind: 'keep' };
    say({ code: 'incomplete', message: incomplete(row) });
    return undefined;
  }
  if (reading.kind === 'wrong') {
    if (reading.empty) say({ code: 'incomplete', message: incomplete(row) });
    return undefined;
  }
  return place && setWish(row, { place, price: reading.price, shelf, kind }, say);
}

interface Setting {
  readonly place: MatrixPlace;
  readonly price: MatrixPrice;
  readonly shelf: MatrixShelf;
  readonly kind: string | undefined;
}

function setWish(row: MatrixRow, { place, price, shelf, kind }: Setting, say: Say): Wish | undefined {
  const problems: FieldProblem[] = [];
  const from = readInstant(row.valid_from, 'valid_from', problems);
  const to = readInstant(row.valid_to, 'valid_to', problems);
  const atMs = Math.max(from ?? shelf.nowMs, shelf.nowMs);
  const standing = shelf.inForce(place, atMs);
  if (from !== undefined && from < shelf.nowMs && !(standing && isSame(standing, price, from))) {
    const message = 'Calls have been charged since then. A price begins now (leave it empty) or later.';
    problems.push({ field: 'valid_from', code: 'past', message });
  }
  if (to !== undefined && to <= atMs) {
    problems.push({ field: 'valid_to', code: 'instant', message: 'A price must end after it begins, and after now.' });
  }
  if (standing && kind !== 'simple' && simplePriceOf(standing) === undefined) {
    const message =
      'The price in force has conditions or parts that these columns cannot show. Leave the prices empty to keep it, or set kind to "simple" to replace it.';
    problems.push({ field: 'kind', code: 'complex', message });
  }
  problems.push(...versionProblems(place, price, { from: new Date(atMs).toISOString(), to }));
  for (const problem of problems) say(problem);
  if (problems.length > 0) return undefined;
  return {
    kind: 'set',
    price,
    ...(from === undefined || from <= shelf.nowMs ? {} : { fromMs: from }),
    ...(to === undefined ? {} : { toMs: to }),
  };
}

// What was scheduled may be sent again after it has begun.
function isSame(standing: Parameters<typeof simplePriceOf>[0], price: MatrixPrice, fromMs: number): boolean {
  const simple = simplePriceOf(standing);
  return simple !== undefined && samePrice(simple, price) && Date.parse(standing.valid_from) === fromMs;
}

/** An instant, or a day, which begins at midnight UTC. */
function readInstant(text: string | null | undefined, field: string, problems: FieldProblem[]): number | undefined {
  const said = filled(text);
  if (said === undefined) return undefined;
  const match = instantPattern.exec(said);
  const [, day = '', time = 'T00:00:00.000Z'] = match ?? [];
  const at = Date.parse(`${day}${time}`);
  if (match && !Number.isNaN(at) && isDay(day)) return at;
  const message = `"${said.slice(0, 60)}" is no instant such as "2026-12-31T00:00:00Z", and no day such as "2026-12-31".`;
  problems.push({ field, code: 'instant', message });
  return undefined;
}

const instantPattern = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

// The 31st of February would be read as the 3rd of March.
function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00.000Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}

function versionProblems(
  { model, customerType }: MatrixPlace,
  price: MatrixPrice,
  { from, to }: { readonly from: string; readonly to: number | undefined },
): readonly FieldProblem[] {
  const problems = validatePriceVersion({
    id: 'proposed',
    subject: { kind: 'model', name: model.name },
    book: 'customer_type',
    bookOwner: customerType.id,
    currency: price.currency,
    components: componentsOf(price),
    modifiers: [],
    pricingModel: price.pricingModel,
    validFrom: from,
    ...(to === undefined || to <= Date.parse(from) ? {} : { validTo: new Date(to).toISOString() }),
    recordedAt: from,
  });
  return problems.map(({ path, message }) => ({
    field: path === 'pricingModel' ? 'pricing_model' : path,
    code: 'invalid' as const,
    message,
  }));
}

function forgotten({ model, customerType }: MatrixPlace): MatrixError {
  const named = { provider: model.provider, model: model.name, customer_type: customerType.name };
  return { row: null, ...named, field: null, code: 'incomplete', message: incomplete(named) };
}
