// Options that become fields of a request: a table says what each is called and how it is read.
import { type Command, InvalidArgumentError } from 'commander';
import { given, type Said } from './command.ts';

export interface Field {
  /** `--slug <slug>`; its name with underscores is the field’s, unless `field` says another. */
  readonly flag: string;
  readonly says: string;
  readonly field?: string;
  readonly kind?: 'text' | 'whole' | 'list' | 'json' | 'yes-no';
  readonly required?: boolean;
}

/** "null" clears what a change may clear. */
export function addFields(command: Command, fields: readonly Field[]): Command {
  for (const { flag, says, kind = 'text', required = false } of fields) {
    // A list may be said in one go or in several; of anything else the last word counts.
    const read = (value: string, before: unknown): unknown => {
      const said = readers[kind](value);
      return Array.isArray(before) && Array.isArray(said) ? [...(before as unknown[]), ...(said as unknown[])] : said;
    };
    if (required) command.requiredOption(flag, says, read);
    else command.option(flag, says, read);
  }
  return command;
}

export function bodyOf(said: Said, fields: readonly Field[]): Readonly<Record<string, unknown>> {
  return given(
    Object.fromEntries(
      fields.map(({ flag, field }) => {
        const name = nameOf(flag);
        const value: unknown = said[camelCase(name)];
        return [field ?? name.replaceAll('-', '_'), value === cleared ? null : value];
      }),
    ),
  );
}

export function queryOf(said: Said, fields: readonly Field[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(bodyOf(said, fields)).map(([name, value]) => [name, String(value)]));
}

function nameOf(flag: string): string {
  return /--([a-z0-9-]+)/.exec(flag)?.[1] ?? flag;
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

// Commander takes null for no value at all.
const cleared = Symbol('cleared');

const readers = {
  text: (value: string): unknown => (value === 'null' ? cleared : value),
  whole(value: string): unknown {
    if (value === 'null') return cleared;
    if (/^\d{1,15}$/.test(value)) return Number(value);
    throw new InvalidArgumentError('Write a whole number.');
  },
  list: (value: string): unknown => (value === 'null' ? cleared : value.split(',').map((each) => each.trim())),
  json(value: string): unknown {
    if (value === 'null') return cleared;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      throw new InvalidArgumentError('Write it as JSON.');
    }
  },
  'yes-no'(value: string): unknown {
    if (value === 'yes' || value === 'true') return true;
    if (value === 'no' || value === 'false') return false;
    throw new InvalidArgumentError('Write yes or no.');
  },
} as const satisfies Record<NonNullable<Field['kind']>, (value: string) => unknown>;
