// Tables of terms as CSV, out and in.
import { z } from 'zod';
import type { Given } from '#core/rows/read-row.ts';
import { printCsvRows, readCsvRows } from '#csv/csv-rows.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { importTerms } from '#flows/admin/terms/import-terms.ts';
import { exportTerms } from '#flows/admin/terms/keep-terms.ts';
import { wrongFields } from '#flows/admin/terms/scope.ts';
import type { TermsRow } from '#flows/admin/terms/table.ts';
import { answers, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { csvOf } from '../exact-bodies.ts';
import { addressOf, scopeIn, type TermsDoor } from './terms-door.ts';

const csv = z.string().describe('CSV; the first line names the columns.');

export function termsCsvRoutes<Row extends TermsRow>(scope: AdminDoor, desk: AdminDesk, door: TermsDoor<Row>): void {
  const { url, table, tag } = door;
  const { params, filter } = addressOf(door);
  const tags = [tag];
  const exporting = { tags, summary: `Export ${tag} as CSV`, params, querystring: filter, response: answers(csv) };
  scope.get(`${url}/export.csv`, { schema: exporting }, async (request, reply) => {
    const rows = await exportTerms(desk, table, scopeIn(door, request));
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="${table.noun}s.csv"`)
      .send(printCsvRows(columnsOf(door.csvColumns, rows), rows));
  });
  const imported = z.object({ data: z.array(door.shown).describe('The rows as they are now, in their order.') });
  const importing = {
    tags,
    summary: `Import ${tag} from CSV: all rows or none`,
    params,
    headers: onceHeader,
    consumes: ['text/csv'],
    body: csv,
    response: answers(imported),
  };
  scope.post(`${url}/import`, { schema: importing }, async (request, reply) => {
    const read = readCsvRows(csvOf(request));
    if (read.kind === 'problems') throw wrongFields(read.problems);
    if (!read.columns.some((column) => door.csvColumns.includes(column))) {
      const known = door.csvColumns.slice(0, 5).join(', ');
      throw wrongFields([{ field: 'line 1', message: `It names none of the columns: ${known} and so on.` }]);
    }
    const order = { actor: request.actor, ...scopeIn(door, request), rows: read.rows };
    const rows = await importTerms(desk, table, order);
    return reply.send({ data: rows.map((kept) => door.show(kept)) });
  });
}

// Fields of one provider's rows that are not among the usual columns follow them.
function columnsOf(usual: readonly string[], rows: readonly Given[]): readonly string[] {
  const own = new Set(rows.flatMap((row) => Object.keys(row).filter((name) => name.startsWith('x_'))));
  return [...new Set([...usual, ...[...own].toSorted()])];
}
