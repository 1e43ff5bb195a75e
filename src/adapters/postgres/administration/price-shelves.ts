// The versions that count, by the place where they stand; as a batch publishes, they move here before they do in Postgres.
import type { PoolClient } from 'pg';
import type { Standing, Stretch } from '#core/catalog/price-place.ts';
import type { PricePlace } from '#ports/administration.ts';

export interface Place extends Omit<PricePlace, 'owner'> {
  readonly ownerId: string | undefined;
}

interface StandingColumns {
  readonly id: string;
  readonly book: PricePlace['book'];
  readonly owner_id: string | null;
  readonly kind: 'model' | 'alias';
  readonly name: string;
  readonly from: Date;
  readonly to: Date | null;
  readonly given_to: Date | null;
}

/** Of one that a neighbour may end: what end it has been given itself. */
interface OnShelf extends Standing {
  readonly givenToMs: number | undefined;
}

export interface End {
  readonly toMs: number | undefined;
  /** Because the next one begins there. */
  readonly withNext: boolean;
}

const nobody = `'00000000-0000-0000-0000-000000000000'::uuid`;

export class PriceShelves {
  readonly #shelves = new Map<string, Map<string, OnShelf>>();
  readonly #ended = new Map<string, End>();

  /** After the book is locked: nobody moves them meanwhile. */
  static async read(client: PoolClient, places: readonly Place[]): Promise<PriceShelves> {
    const asked = places.map(({ book, ownerId, subject }) => ({ book, owner_id: ownerId, ...subject }));
    const { rows } = await client.query<StandingColumns>(
      `select v.id, v.book, v.owner_id, v.subject_kind as kind, v.subject_name as name, v.valid_from as from, v.valid_to as to,
        v.published_valid_to as given_to
      from (select distinct book, owner_id, kind, name
        from jsonb_to_recordset($1::jsonb) as row (book text, owner_id uuid, kind text, name text)) place
      join faregate.price_version v on v.book = place.book and v.subject_kind = place.kind and v.subject_name = place.name
        and coalesce(v.owner_id, ${nobody}) = coalesce(place.owner_id, ${nobody})
      where v.state = 'approved' and v.is_enabled`,
      [JSON.stringify(asked)],
    );
    const shelves = new PriceShelves();
    for (const { id, book, owner_id: ownerId, kind, name, from, to, given_to } of rows) {
      const place = { book, ownerId: ownerId ?? undefined, subject: { kind, name } };
      const stretch = { fromMs: from.getTime(), ...(to === null ? {} : { toMs: to.getTime() }) };
      shelves.put(place, id, stretch, given_to?.getTime());
    }
    return shelves;
  }

  at(place: Place): readonly Standing[] {
    return [...this.#shelf(place).values()];
  }

  currentAt(place: Place, nowMs: number): string | undefined {
    return this.at(place).find(({ fromMs, toMs }) => fromMs <= nowMs && (toMs === undefined || toMs > nowMs))?.id;
  }

  put(place: Place, id: string, stretch: Stretch, givenToMs: number | undefined): void {
    this.#shelf(place).set(id, { id, ...stretch, givenToMs });
  }

  end(place: Place, id: string, end: End): void {
    const standing = this.#shelf(place).get(id);
    if (standing) {
      const { fromMs, givenToMs } = standing;
      this.put(place, id, { fromMs, ...(end.toMs === undefined ? {} : { toMs: end.toMs }) }, givenToMs);
    }
    this.#ended.set(id, end);
  }

  /** The one before it, which ended because this one began, goes on as if this one had never been. */
  cancel(place: Place, id: string): void {
    const shelf = this.#shelf(place);
    const cancelled = shelf.get(id);
    shelf.delete(id);
    if (!cancelled) return;
    const { fromMs } = cancelled;
    const before = [...shelf.values()].find((each) => each.toMs === fromMs && each.fromMs < fromMs);
    if (!before || before.givenToMs === fromMs) return;
    const later = [...shelf.values()].filter((each) => each.fromMs > fromMs).map((each) => each.fromMs);
    const nextMs = Math.min(...later);
    const ownMs = before.givenToMs ?? Number.POSITIVE_INFINITY;
    const toMs = Math.min(nextMs, ownMs);
    this.end(place, before.id, { toMs: Number.isFinite(toMs) ? toMs : undefined, withNext: nextMs < ownMs });
  }

  stretchOf(place: Place, id: string): Stretch | undefined {
    const standing = this.#shelf(place).get(id);
    return standing && { fromMs: standing.fromMs, ...(standing.toMs === undefined ? {} : { toMs: standing.toMs }) };
  }

  /** The ends that have moved since they were read. */
  get ended(): ReadonlyMap<string, End> {
    return this.#ended;
  }

  #shelf(place: Place): Map<string, OnShelf> {
    const key = keyOf(place);
    const known = this.#shelves.get(key);
    if (known) return known;
    const shelf = new Map<string, OnShelf>();
    this.#shelves.set(key, shelf);
    return shelf;
  }
}

function keyOf({ book, ownerId, subject }: Place): string {
  return [book, ownerId ?? '', subject.kind, subject.name].join('\n');
}
