// Where the catalogue's files come from, and what is written in them.
import type { FileProblem, WrittenFile } from '#core/catalog/files/written.ts';

export interface CatalogText {
  /** As a person would name it, such as `models/acme.yaml`. */
  readonly path: string;
  readonly text: string;
}

export type WrittenCatalog =
  | { readonly kind: 'written'; readonly files: readonly WrittenFile[] }
  | { readonly kind: 'broken'; readonly problems: readonly FileProblem[] };

export interface CatalogFiles {
  /** Those that came with this version. Rejects when they cannot be read. */
  bundled(): Promise<readonly CatalogText[]>;
  /** Every value stays text: nothing is read as a number here. */
  parse(texts: readonly CatalogText[]): WrittenCatalog;
}
