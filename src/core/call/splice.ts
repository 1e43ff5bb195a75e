// Changes single fields of a JSON object's text and leaves every other byte as it came: numbers keep their digits.

/** A field's new value as JSON text; `undefined` leaves the field out. */
export type FieldEdits = ReadonlyMap<string, string | undefined>;

interface FieldSpan {
  readonly name: string;
  /** From the key's opening quote to the end of its value. */
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/**
 * The text must be a valid JSON object. Of a field that is there more than once only the last stays, as parsing has it:
 * who else reads the text may take the first, and nobody has looked at that.
 */
export function spliceFields(text: string, edits: FieldEdits): string {
  const spans = topLevelFields(text);
  const first = spans[0];
  const present = new Set(spans.map((span) => span.name));
  const added = [...edits].flatMap(([name, value]) =>
    value === undefined || present.has(name) ? [] : [{ name, value }],
  );
  const open = text.indexOf('{') + 1;
  let result = text.slice(0, open);
  const addedText = added.map(({ name, value }) => `${JSON.stringify(name)}:${value}`).join(',');
  if (!first) return `${result}${addedText}${text.slice(open)}`;

  const kept: string[] = addedText === '' ? [] : [addedText];
  for (const span of new Map(spans.map((each) => [each.name, each])).values()) {
    if (!edits.has(span.name)) {
      kept.push(text.slice(span.start, span.end));
      continue;
    }
    const value = edits.get(span.name);
    if (value !== undefined) kept.push(text.slice(span.start, span.valueStart) + value);
  }
  result += kept.join(',');
  return result + text.slice(text.lastIndexOf('}'));
}

/** The JSON text of a field's value, as parsing has it; `undefined` where the object has no such field. */
export function fieldText(text: string, name: string): string | undefined {
  const span = topLevelFields(text).findLast((each) => each.name === name);
  return span && text.slice(span.valueStart, span.end);
}

/** Edits an object inside an object; one that is not there, or is none, is made of the edits. */
export function spliceInner(text: string, field: string, edits: FieldEdits): string {
  const inner = fieldText(text, field);
  return spliceFields(text, new Map([[field, spliceFields(inner?.startsWith('{') === true ? inner : '{}', edits)]]));
}

/** Each value of a list's text, edited; the text must be a valid JSON list. */
export function spliceItems(list: string, edit: (item: string) => string): string {
  const items: string[] = [];
  for (let at = skipSpace(list, 1); at < list.length && list[at] !== ']';) {
    const end = endOfValue(list, at);
    items.push(edit(list.slice(at, end)));
    at = skipSpace(list, end);
    if (list.charCodeAt(at) === comma) at = skipSpace(list, at + 1);
  }
  return `[${items.join(',')}]`;
}

function topLevelFields(text: string): readonly FieldSpan[] {
  const fields: FieldSpan[] = [];
  let at = text.indexOf('{') + 1;
  for (;;) {
    at = skipSpace(text, at);
    if (text.charCodeAt(at) !== quote) return fields;
    const start = at;
    at = endOfString(text, at);
    const name = decodeKey(text.slice(start, at));
    at = skipSpace(text, skipSpace(text, at) + 1);
    const valueStart = at;
    at = endOfValue(text, at);
    fields.push({ name, start, valueStart, end: at });
    at = skipSpace(text, at);
    if (text.charCodeAt(at) !== comma) return fields;
    at += 1;
  }
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

function decodeKey(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1);
  const decoded: unknown = JSON.parse(token);
  return String(decoded);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

/** Behind the quote that ends it; `from` is the one that begins it. */
export function endOfString(text: string, from: number): number {
  let at = from;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
}

function endOfValue(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x7d || code === 0x5d) {
      if (depth === 0) return trimEnd(text, from, at);
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (code === comma && depth === 0) return trimEnd(text, from, at);
    at += 1;
  }
  return at;
}

function trimEnd(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && text.charCodeAt(at - 1) <= 0x20) at -= 1;
  return at;
}
