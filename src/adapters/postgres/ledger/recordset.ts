// Rows as one JSON text, which a single statement takes apart again with jsonb_to_recordset.

/** Amounts and counts must come as text: JSON's numbers are doubles to most who read them. */
export function recordset(rows: readonly object[]): string {
  const text = JSON.stringify(rows);
  return text.includes('\\u') ? text.replaceAll(escapes, storable) : text;
}

// Every escape is matched, so that a backslash that is itself escaped never makes the text after it look like one.
const escapes = /\\(?:u([0-9a-f]{4})|.)/g;

// Postgres keeps neither a NUL nor half of a surrogate pair in a text. A provider may send either, and a charge must not
// fail for it. JSON.stringify writes only lone halves as escapes.
function storable(escape: string, code: string | undefined): string {
  return code === '0000' || code?.startsWith('d') === true ? '\\ufffd' : escape;
}

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
