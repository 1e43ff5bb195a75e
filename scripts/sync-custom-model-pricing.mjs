#!/usr/bin/env node
// Gives custom model names without a price that of the model they resolve to, and names those whose model has none.
// The same as `faregate prices sync-aliases`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { status, error } = spawnSync(
  `${root}tools/with-node`,
  ['node', `${root}src/main.ts`, 'prices', 'sync-aliases', ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
if (error) process.stderr.write(`${error.message}\n`);
process.exit(status ?? 1);
