// The texts of a folder of catalogue files; apart from their reading, since commands only send them on.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogText } from '#ports/catalog-files.ts';

/** In the order of their names. */
export async function readCatalogTexts(directory: string): Promise<readonly CatalogText[]> {
  const entries = await readdir(directory, { recursive: true });
  const paths = entries.filter((path) => path.endsWith('.yaml')).toSorted();
  if (paths.length === 0) throw new Error(`There are no catalogue files (*.yaml) in ${directory}.`);
  return Promise.all(
    paths.map(async (path) => ({
      path: path.replaceAll('\\', '/'),
      text: await readFile(join(directory, path), 'utf8'),
    })),
  );
}
