// docs/requirements.md: every name of the documents is on it, and what it says is here is here.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from '#test/admin/client.ts';
import { type AdminServer, startAdminServer } from '#test/admin/server.ts';
import { type LedgerDatabase, openLedgerDatabase } from '#test/audit/ledger-database.ts';
import { files, pages, paths, realTimeKeys, scripts, services, words } from './names.ts';
import { costTrackingIndexes, documentTables, namedTables } from './tables.ts';

const page = readFileSync(new URL('../../docs/requirements.md', import.meta.url), 'utf8');

/** The cells of the rows of the table whose header begins so. */
function tableUnder(header: string): readonly (readonly string[])[] {
  const [, after = ''] = page.split(`\n${header}`);
  const [block = ''] = after.split('\n\n');
  return block
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

const unquoted = (cell: string) => /`([^`]+)`/.exec(cell)?.[1] ?? '';

const tables = tableUnder('| name | made of |').map(([name = '', madeOf = '', edited = '']) => ({
  name: unquoted(name),
  madeOf,
  edited,
}));
const told = tableUnder('| path | state |').map(([path = '', state = '']) => {
  const words = unquoted(path).split(' ');
  return { path: words.at(-1) ?? '', state };
});

let server: AdminServer;
let database: LedgerDatabase;
beforeAll(async () => {
  server = await startAdminServer();
  database = await openLedgerDatabase('embedded');
});
afterAll(() => Promise.all([server.close(), database.close()]));

describe('every name of the documents is on the page', () => {
  test('their tables, and no other', () => {
    const named = [...documentTables, ...namedTables].map(({ name }) => name);
    expect(tables.map(({ name }) => name).toSorted()).toEqual(named.toSorted());
  });

  test.each([
    ['indexes', Object.keys(costTrackingIndexes)],
    ['paths', paths],
    ['pages', pages],
    ['scripts and settings', scripts],
    ['files', files],
    ['services', services],
    ['keys', realTimeKeys],
    ['words', words],
  ])('their %s', (_, names) => {
    expect(names.filter((name) => !page.includes(name))).toEqual([]);
  });
});

describe('what the page says is so', () => {
  test('each table can be read, and is edited or refuses to be as the page says', async () => {
    expect(tables.length).toBeGreaterThan(20);
    for (const { name, edited } of tables) {
      const { rows } = await database.owner.query<{ triggers: string[]; updatable: boolean }>(
        `select array(select tgname::text from pg_trigger t where t.tgrelid = c.oid) as triggers,
           pg_relation_is_updatable(c.oid, true) <> 0 as updatable
         from pg_class c where c.oid = to_regclass($1) and c.relkind = 'v'`,
        [name],
      );
      expect(rows, name).toHaveLength(1);
      expect(rows[0]?.updatable, name).toBe(true);
      expect(rows[0]?.triggers.includes('read_only') ? 'no' : 'yes', name).toBe(edited);
    }
  });

  test('the paths that are here are answered, and those to come are not', async () => {
    const { body } = await clientOf(server).get('/api/openapi.json');
    const described = Object.keys((body as { readonly paths: object }).paths);
    expect(described.length).toBeGreaterThan(20);
    const ours = told.filter(({ path }) => path.startsWith('/api/'));
    expect(ours.map(({ path }) => path)).toEqual(expect.arrayContaining([...paths]));
    for (const { path, state } of ours) {
      expect(state, `what the page says of ${path}`).toMatch(described.includes(path) ? /^here/ : /^comes with/);
    }
  });
});
