// Keeps what the catalogue's files say.
import type { CatalogContent } from '#core/catalog/files/catalog-content.ts';

export interface CatalogImport {
  /** Nothing is catalogued but what is built in. */
  isEmpty(): Promise<boolean>;

  /**
   * One transaction; doing it again changes nothing. Rows that people made or changed are left alone; a price that differs
   * from the one imported before becomes a new version, unless somebody else published one meanwhile.
   * With `dryRun` nothing is kept, and the report says what would be.
   * Rejects with Failure `not_exact` when the database is away.
   */
  import(actor: string, content: CatalogContent, order: { readonly dryRun: boolean }): Promise<ImportReport>;
}

export const importedTables = [
  'providers',
  'models',
  'aliases',
  'prices',
  'assertions',
  'plans',
  'releases',
  'recommendations',
] as const;

export interface ImportCounts {
  readonly added: number;
  readonly changed: number;
  /** Somebody's own, and different or not: not looked at. */
  readonly left_alone: number;
  readonly unchanged: number;
}

/** Prices are counted by the names that they are for. */
export type ImportReport = Readonly<Record<(typeof importedTables)[number], ImportCounts>>;
