import { open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

// The text of a file, or nothing when there is none; any other trouble is still trouble.
export async function readIfPresent(path: string): Promise<string | undefined> {
  return unlessMissing(readFile(path, 'utf8'));
}

export async function isPresent(path: string): Promise<boolean> {
  return (await unlessMissing(stat(path))) !== undefined;
}

export async function unlessMissing<Found>(looking: Promise<Found>): Promise<Found | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

// The file is whole or absent, also after a power failure.
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, 'w', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await renameForGood(unfinished, path);
}

export async function renameForGood(from: string, to: string): Promise<void> {
  await rename(from, to);
  const directory = await open(dirname(to), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
