// Programs that some tests need and not every machine has. A test whose part is missing is skipped by name, not in silence.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test, type TestContext } from 'vitest';

export type Part = 'redis-server' | 'chromium' | 'postgres-15';

interface Whereabouts {
  readonly binaries: readonly string[];
  /** Looked in before the PATH. */
  readonly folders: readonly string[];
}

const whereabouts = {
  'redis-server': { binaries: ['redis-server'], folders: [] },
  chromium: { binaries: ['chromium', 'chromium-browser', 'google-chrome'], folders: [] },
  'postgres-15': { binaries: ['postgres'], folders: ['/usr/lib/postgresql/15/bin'] },
} satisfies Record<Part, Whereabouts>;

// Parts found under other names on the PATH would be of another version.
const onlyInFolders: ReadonlySet<Part> = new Set(['postgres-15']);

/** Parts that CI brings; there, a missing one fails its tests instead of skipping them. */
const expectedUnderCi: ReadonlySet<Part> = new Set(process.getuid?.() === 0 ? ['redis-server'] : []);

/** The path of the part's program, or undefined. */
export function findPart(part: Part): string | undefined {
  const { binaries, folders }: Whereabouts = whereabouts[part];
  const path = onlyInFolders.has(part)
    ? []
    : (process.env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== '');
  return [...folders, ...path].flatMap((folder) => binaries.map((binary) => join(folder, binary))).find(isExecutable);
}

/** Inside a test: the path of the part's program; skips the test when it is missing. */
export function requirePart(part: Part, context: Pick<TestContext, 'skip'>): string {
  const program = findPart(part);
  if (program !== undefined) return program;
  if (mustBeThere(part)) throw new Error(absence(part));
  return context.skip(`needs ${part}`);
}

/** A `describe` whose tests get the path of the part's program, and are skipped when it is missing. */
export function describeWithPart(part: Part, title: string, tests: (program: string) => void): void {
  const program = findPart(part);
  if (program !== undefined) {
    describe(title, () => tests(program));
    return;
  }
  if (mustBeThere(part)) {
    describe(title, () => {
      test(`has ${part}`, () => {
        throw new Error(absence(part));
      });
    });
    return;
  }
  describe.skip(`${title} (needs ${part})`, () => tests(''));
}

function mustBeThere(part: Part): boolean {
  return process.env['CI'] === 'true' && expectedUnderCi.has(part);
}

function absence(part: Part): string {
  return `${part} is missing, and CI is expected to bring it.`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
