// The catalogue's files into the book: read whole, or refused whole with every place that is wrong.
import { readCatalog } from '#core/catalog/files/read-catalog.ts';
import { type FileProblem, problemText } from '#core/catalog/files/written.ts';
import { Failure } from '#core/failure.ts';
import type { CatalogText } from '#ports/catalog-files.ts';
import type { ImportReport } from '#ports/catalog-import.ts';
import type { AdminDesk } from './desk.ts';
import { makeItCount } from './outcome.ts';

export interface ImportOrder {
  /** Missing: the files that came with this version. */
  readonly files?: readonly CatalogText[];
  readonly dryRun: boolean;
}

type ImportDesk = Pick<AdminDesk, 'administration' | 'catalogFiles' | 'refresh' | 'log'>;

/** @throws Failure `invalid_parameter` that names file, line and field. */
export async function importCatalog(desk: ImportDesk, actor: string, order: ImportOrder): Promise<ImportReport> {
  const written = desk.catalogFiles.parse(order.files ?? (await desk.catalogFiles.bundled()));
  if (written.kind === 'broken') throw broken(written.problems);
  const read = readCatalog(written.files);
  if (read.kind === 'broken') throw broken(read.problems);
  const { dryRun } = order;
  const report = await desk.administration.catalogImport.import(actor, read.content, { dryRun });
  if (!dryRun) await makeItCount(desk, 'catalog');
  return report;
}

/** For a first start: later ones leave the catalogue to the operator's command. */
export async function importCatalogOnce(desk: ImportDesk): Promise<ImportReport | undefined> {
  if (!(await desk.administration.catalogImport.isEmpty())) return undefined;
  const report = await importCatalog(desk, 'first start', { dryRun: false });
  desk.log.info({ models: report.models.added, prices: report.prices.added }, 'The catalogue was imported.');
  return report;
}

const problemsShown = 20;

function broken(problems: readonly FileProblem[]): Failure {
  const shown = problems.slice(0, problemsShown).map(problemText);
  const more = problems.length > shown.length ? [`and ${problems.length - shown.length} more`] : [];
  return new Failure('invalid_parameter', `Nothing was imported. ${[...shown, ...more].join('\n')}`, {
    param: 'files',
  });
}
