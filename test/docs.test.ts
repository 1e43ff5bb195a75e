// The documents that must stay true.
import { readdirSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { failureKinds } from '#core/failure.ts';
import { errorTypes } from '#dialects/openai/error-types.ts';
import { registerAdminCommands } from '../src/cli/commands.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

test('docs/failures.md lists every failure with its status, its retry and its type, and no other', () => {
  const rows = [...read('docs/failures.md').matchAll(/^\| `(\w+)` \| ([^|]+) \| (yes|no) \| `(\w+)` \|/gm)];
  const written = rows.map(([, code, status, retry, type]) => ({ code, status, retry, type }));
  const kept = Object.entries(failureKinds).map(([code, { status, shouldRetry }]) => ({
    code,
    status: code === 'upstream_refused' ? "the provider's" : String(status),
    retry: shouldRetry ? 'yes' : 'no',
    type: errorTypes[code as keyof typeof errorTypes],
  }));
  expect(written).toEqual(kept);
});

const documents: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test('every command that the documents name exists', () => {
  const program = new Command();
  registerAdminCommands(program);
  // Decisions tell what was thought of then.
  const lasting = documents.filter((document) => !document.startsWith('docs/decisions/'));
  const named = lasting.flatMap((document) =>
    [...read(document).matchAll(/faregate (?:-- )?([a-z][a-z-]+)(?: ([a-z][a-z-]+))?/g)].map(
      ([said, first = '', second]) => ({ document, said, first, second }),
    ),
  );
  expect(named.length).toBeGreaterThan(40);
  const missing = named.filter(({ first, second }) => {
    const found = commandOf(program, first);
    if (!found) return !processes.has(first);
    return second !== undefined && found.commands.length > 0 && !commandOf(found, second);
  });
  expect(missing.map(({ document, said }) => `${document}: ${said}`)).toEqual([]);
});

// Those of src/main.ts, which begin something instead of talking to a server.
const processes = new Set(['serve', 'migrate', 'audit', 'backup', 'restore', 'normalize', 'rate']);

function commandOf(parent: Command, name: string): Command | undefined {
  return parent.commands.find((each) => each.name() === name || each.aliases().includes(name));
}

test('every path that the documents point to exists', () => {
  expect(documents.length).toBeGreaterThan(6);
  for (const document of documents) {
    const base = new URL(document, root);
    for (const [, target = ''] of read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(() => readdirOrFile(new URL(target, base)), `${document} points to ${target}`).not.toThrow();
    }
    for (const [, path = ''] of read(document).matchAll(/`((?:src|test|bench|docs|tools)\/[\w./-]+)`/g)) {
      expect(() => readdirOrFile(new URL(path, root)), `${document} names ${path}`).not.toThrow();
    }
  }
});

function readdirOrFile(url: URL): unknown {
  try {
    return readFileSync(url);
  } catch {
    return readdirSync(url);
  }
}
