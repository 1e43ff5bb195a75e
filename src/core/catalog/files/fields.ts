// Reads the fields of one entry, says what is wrong with each, and what was written that nobody reads.
import { parseDecimal } from '#core/money/rational.ts';
import { type FileProblem, plainOf, type Written } from './written.ts';

export interface Place {
  readonly file: string;
  readonly field: string;
  readonly problems: FileProblem[];
}

export class Fields {
  readonly line: number;
  readonly #fields: ReadonlyMap<string, Written>;
  readonly #place: Place;
  readonly #read = new Set<string>();

  constructor(written: Written, place: Place) {
    this.line = written.line;
    this.#place = place;
    this.#fields = written.kind === 'fields' ? written.fields : new Map<string, Written>();
    if (written.kind !== 'fields') this.problem('', 'Fields with names belong here.');
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  get names(): readonly string[] {
    return [...this.#fields.keys()];
  }

  problem(name: string, message: string, line = this.#fields.get(name)?.line ?? this.line): void {
    const { file, field, problems } = this.#place;
    problems.push({ file, line, field: [field, name].filter((part) => part !== '').join('.'), message });
  }

  /** What is wrong further down is said with the path to it. */
  inside(name: string): Place {
    const { file, field, problems } = this.#place;
    return { file, problems, field: field === '' ? name : `${field}.${name}` };
  }

  written(name: string): Written | undefined {
    this.#read.add(name);
    return this.#fields.get(name);
  }

  text(name: string): string | undefined {
    const written = this.written(name);
    if (written === undefined) return undefined;
    if (written.kind === 'text' && written.text !== '') return written.text;
    this.problem(name, 'A text belongs here.');
    return undefined;
  }

  required(name: string): string {
    const text = this.text(name);
    if (text === undefined && !this.has(name)) this.problem(name, 'It is missing.');
    return text ?? '';
  }

  matching(name: string, pattern: RegExp, what: string): string | undefined {
    const text = this.text(name);
    if (text === undefined || pattern.test(text)) return text;
    this.problem(name, `"${text}" is no ${what}.`);
    return undefined;
  }

  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const word = words.find((each) => each === text);
    if (word === undefined) this.problem(name, `"${text}" is none of ${words.join(', ')}.`);
    return word;
  }

  /** Exact decimal text, as it stands. */
  decimal(name: string): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (isPlainDecimal(text)) return text;
    this.problem(
      name,
      `"${text}" is not a plain decimal number of zero or more, such as "0.0375": no exponent, no sign.`,
    );
    return undefined;
  }

  count(name: string): number | undefined {
    const text = this.matching(name, /^\d{1,15}$/, 'whole number');
    return text === undefined ? undefined : Number(text);
  }

  yesNo(name: string): boolean | undefined {
    const word = this.word(name, ['true', 'false']);
    return word === undefined ? undefined : word === 'true';
  }

  date(name: string): string | undefined {
    const text = this.matching(name, /^\d{4}-\d{2}-\d{2}$/, 'day such as 2025-12-31');
    if (text === undefined || !Number.isNaN(Date.parse(text))) return text;
    this.problem(name, `"${text}" is no day.`);
    return undefined;
  }

  instant(name: string): string | undefined {
    const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;
    const text = this.matching(name, instant, 'instant such as 2025-12-31T16:00:00Z');
    if (text === undefined || !Number.isNaN(Date.parse(text))) return text;
    this.problem(name, `"${text}" is no instant.`);
    return undefined;
  }

  list(name: string): readonly { readonly written: Written; readonly place: Place }[] {
    const written = this.written(name);
    if (written === undefined) return [];
    if (written.kind === 'list') {
      return written.items.map((item, index) => ({ written: item, place: this.inside(`${name}[${index}]`) }));
    }
    this.problem(name, 'A list belongs here.');
    return [];
  }

  words(name: string): readonly string[] {
    return this.list(name).flatMap(({ written }) => {
      if (written.kind === 'text' && written.text !== '') return [written.text];
      this.problem(name, 'A list of texts belongs here.');
      return [];
    });
  }

  plain(name: string): Readonly<Record<string, unknown>> | undefined {
    const written = this.written(name);
    if (written === undefined) return undefined;
    if (written.kind === 'fields') return plainOf(written) as Readonly<Record<string, unknown>>;
    this.problem(name, 'Fields with names belong here.');
    return undefined;
  }

  /** To be called last: a field that nobody reads would be a promise nobody keeps. */
  nothingElse(): void {
    for (const name of this.#fields.keys()) {
      if (!this.#read.has(name)) this.problem(name, 'Nobody reads a field of this name here.');
    }
  }
}

/** Only what was said. */
export function said<Row extends object>(row: { readonly [Field in keyof Row]: Row[Field] | undefined }): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as Row;
}

function isPlainDecimal(text: string): boolean {
  try {
    return parseDecimal(text).numerator >= 0n && !text.startsWith('-');
  } catch {
    return false;
  }
}
