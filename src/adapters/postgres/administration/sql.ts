// Pieces of SQL that make a column look as the API shows it, so that a row comes ready from the database.

export function instant(column: string): string {
  return `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** Units as canonical decimal text of the currency that stands beside them. */
export function money(units: string, currency: string): string {
  return `(select trim_scale(${units} * power(10::numeric, -scale))::text from faregate.currency where code = ${currency})`;
}

/** Microseconds since 1970, exactly: what a cursor or a version keeps. */
export function microseconds(column: string): string {
  return `(extract(epoch from ${column}) * 1000000)::bigint::text`;
}

export function versioned(alias: string): string {
  return [
    `${alias}.id`,
    `${instant(`${alias}.created_at`)} as created_at`,
    `${instant(`${alias}.updated_at`)} as updated_at`,
    `${microseconds(`${alias}.updated_at`)} as version`,
  ].join(', ');
}

/** The columns of a joined row as one object, or null when there is none. */
export function named(alias: string, ...columns: readonly string[]): string {
  const pairs = ['id', ...columns].map((column) => `'${column}', ${alias}.${column}`).join(', ');
  return `case when ${alias}.id is not null then jsonb_build_object(${pairs}) end`;
}

export function walletsOf(owner: string): string {
  const wallet = `jsonb_build_object('id', w.id, 'currency', w.currency, 'balance', ${money('w.balance', 'w.currency')})`;
  return `(select coalesce(jsonb_agg(${wallet} order by w.currency), '[]') from faregate.wallet w where ${owner})`;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return uuid.test(text);
}
