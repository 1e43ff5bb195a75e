import { describe } from 'vitest';
import { describeWithPart } from '#test/parts.ts';
import type { TestPostgresVersion } from './instance.ts';

// The guarantees hold on the newest Postgres, which we bring along, and on the oldest that we support.
export function describeOnEachPostgres(title: string, tests: (version: TestPostgresVersion) => void): void {
  describe(`${title}, on the embedded Postgres`, () => tests('embedded'));
  describeWithPart('postgres-15', `${title}, on Postgres 15`, () => tests('15'));
}
