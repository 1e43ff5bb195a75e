// How the command line on this machine finds the running server: its address and a token, for its owner's eyes only.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ServerFile {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

export function writeServerFile(dataDirectory: string, server: ServerFile): void {
  const file = serverFile(dataDirectory);
  // Readers see the old one or the new one, never a half.
  writeFileSync(`${file}.new`, `${JSON.stringify(server)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeServerFile(dataDirectory: string): void {
  rmSync(serverFile(dataDirectory), { force: true });
}

function serverFile(dataDirectory: string): string {
  return join(dataDirectory, 'server.json');
}
