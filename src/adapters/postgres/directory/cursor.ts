// Where a reader of callers has come to: first through all of them, then, sweep by sweep, through what has changed.

export interface FirstCursor {
  readonly kind: 'all';
  /** By the database's clock: what changes from then on is found by the first sweep. */
  readonly beganAt: string;
  readonly after: string;
}

export interface ChangesCursor {
  readonly kind: 'changes';
  readonly from: string;
  /** Within a sweep that took more than one reading. */
  readonly sweep?: {
    readonly beganAt: string;
    readonly after: { readonly changedAt: string; readonly keyHash: string };
  };
}

export type Cursor = FirstCursor | ChangesCursor;

export function cursorText(cursor: Cursor): string {
  return JSON.stringify(cursor);
}

/** Only for what `cursorText` made. */
export function readCursor(text: string): Cursor {
  return JSON.parse(text) as Cursor;
}
