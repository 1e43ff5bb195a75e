// The deeds as one script: its parts in the order in which they need each other.
import { readFileSync } from 'node:fs';

const parts = ['integer', 'ranges', 'keys', 'budgets', 'windows', 'units', 'pools', 'afford', 'calls', 'deeds'];

export const deedsScript = parts
  .map((part) => readFileSync(new URL(`lua/${part}.lua`, import.meta.url), 'utf8'))
  .join('\n');
