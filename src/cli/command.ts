// What every command of an operator has in common.
import type { Command } from 'commander';
import { ask, type Request, type Row } from './ask.ts';
import type { ConnectionOptions } from './server-connection.ts';

export interface CommonOptions extends ConnectionOptions {
  readonly json?: boolean;
}

// Wrong usage ends with 2, so that scripts can tell it from a refusal by the server.
const usageStatus = 2;

/** Before it gets its commands, which do as it does. */
export function endingOnWrongUsage(program: Command): Command {
  return program.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : usageStatus));
}

export function group(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

export function command(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .option('--json', 'print what the API answers, exactly')
    .option('--url <url>', 'the server’s address, instead of the one that runs here')
    .option('--token <token>', 'a token that may administer it (better: FAREGATE_ADMIN_TOKEN)');
}

export function listing(parent: Command, usage: string, description: string): Command {
  return command(parent, usage, description)
    .option('--limit <rows>', 'rows per page, at most 200')
    .option('--cursor <cursor>', 'the page after the one that gave it');
}

/** Asks, and prints: exactly with `--json`, else as `show` does. */
export async function answer(options: CommonOptions, request: Request, show: (row: Row) => void): Promise<void> {
  const { text, row } = await ask(options, request);
  if (options.json === true) console.log(text);
  else show(row);
}

/** Only what was said. */
export function given(fields: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export type Said = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export function pageQuery({ limit, cursor }: Said): { limit: string | undefined; cursor: string | undefined } {
  return { limit: text(limit), cursor: text(cursor) };
}

export function text(value: Said[string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
