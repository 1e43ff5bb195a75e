// What stands in a catalogue file, with the line it stands on: text, lists and fields; no value has been read as a number.

export type Written =
  | { readonly kind: 'text'; readonly text: string; readonly line: number }
  | { readonly kind: 'list'; readonly items: readonly Written[]; readonly line: number }
  | { readonly kind: 'fields'; readonly fields: ReadonlyMap<string, Written>; readonly line: number };

export interface WrittenFile {
  /** As a person would name it, such as `models/acme.yaml`. */
  readonly path: string;
  readonly root: Written;
}

/** What keeps the files from being imported, and where. */
export interface FileProblem {
  readonly file: string;
  readonly line: number;
  /** `models[3].prices[0].components[1].input`; empty for the whole file. */
  readonly field: string;
  readonly message: string;
}

export function problemText({ file, line, field, message }: FileProblem): string {
  return `${file}:${line}${field === '' ? '' : ` ${field}`}: ${message}`;
}

/** As plain JSON: every value is text, but for true and false. */
export function plainOf(written: Written): unknown {
  switch (written.kind) {
    case 'text':
      return written.text === 'true' ? true : written.text === 'false' ? false : written.text;
    case 'list':
      return written.items.map(plainOf);
    case 'fields':
      return Object.fromEntries([...written.fields].map(([name, value]) => [name, plainOf(value)]));
  }
}
