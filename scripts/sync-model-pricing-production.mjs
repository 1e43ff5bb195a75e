#!/usr/bin/env node
// Brings the catalogue's production prices into the book of the running server, adds what a typical request costs as the
// price per request, and shows what is active. Thin: every step is a command of `faregate`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// What a typical request is. Edit them here, or set them in the environment.
const TYPICAL_INPUT_TOKENS = process.env.TYPICAL_INPUT_TOKENS ?? '1000';
const TYPICAL_OUTPUT_TOKENS = process.env.TYPICAL_OUTPUT_TOKENS ?? '500';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {readonly string[]} args */
function commandOf(args) {
  return ['node', `${root}src/main.ts`, ...args];
}

/** @param {readonly string[]} args */
function must(args) {
  const { status, error } = spawnSync(`${root}tools/with-node`, commandOf(args), { stdio: 'inherit' });
  if (status === 0) return;
  process.stderr.write(`faregate ${args.join(' ')} did not succeed${error ? `: ${error.message}` : ''}.\n`);
  process.exit(status ?? 1);
}

const help = spawnSync(`${root}tools/with-node`, commandOf(['--help']), { encoding: 'utf8' });
if (/^\s+catalog\b/m.test(help.stdout)) must(['catalog', 'import']);
must([
  'prices',
  'typical',
  '--apply',
  '--input-tokens',
  TYPICAL_INPUT_TOKENS,
  '--output-tokens',
  TYPICAL_OUTPUT_TOKENS,
]);
// Whatever has a price that counts now can be called: this is the list of active models.
must(['prices', 'current', '--book', 'list', '--limit', '200']);
