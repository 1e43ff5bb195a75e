// Data directories for real servers: whatever becomes of the test, nothing of them stays, neither process nor file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { makeTemporaryDirectory } from '#test/postgres/instance.ts';

export interface DataDirectory {
  readonly path: string;
  /** This process goes when the directory does. */
  runs(pid: number): void;
  ended(pid: number): void;
  /** Kills what runs there, waits for its database to end, and removes all files. */
  remove(): Promise<void>;
}

// Test runners kill their workers, so no hook of ours can be relied on: a shell waits for our end. As root the database may
// be kept elsewhere, and the data directory says where. A database that a test has halted cannot end before it goes on.
const keeper = `
running=' '
while read -r word pid; do
  case "$word" in
    runs) running="$running$pid " ;;
    ended) running=$(printf '%s' "$running" | sed "s/ $pid / /") ;;
  esac
done
for pid in $running; do kill -KILL "$pid"; done
elsewhere=$(sed -n 's/.*"home": "\\(\\/.*\\)".*/\\1/p' "$1/postgres.json")
elsewhere=\${elsewhere:-$1/postgres}
serving() {
  ls -l /proc/[0-9]*/cwd | sed -n "s#.* /proc/\\([0-9]*\\)/cwd -> \\($1/postgres\\|$2\\)/cluster\\$#\\1#p"
}
tenths=0
while [ "$tenths" -lt 150 ] && [ -n "$(serving "$1" "$elsewhere")" ]; do
  [ $((tenths % 10)) -eq 0 ] && kill -CONT $(serving "$1" "$elsewhere")
  [ "$tenths" -ge 100 ] && kill -KILL $(serving "$1" "$elsewhere")
  sleep 0.1
  tenths=$((tenths + 1))
done
rm -rf "$1" "$elsewhere" || { sleep 1; rm -rf "$1" "$elsewhere"; }
`;

export async function makeDataDirectory(): Promise<DataDirectory> {
  const path = await makeTemporaryDirectory();
  const shell = spawn('/bin/sh', ['-c', keeper, 'faregate-keeper', path], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  shell.stdin.on('error', () => {});
  const gone = once(shell, 'exit');
  return {
    path,
    runs: (pid) => shell.stdin.write(`runs ${pid}\n`),
    ended: (pid) => shell.stdin.write(`ended ${pid}\n`),
    async remove() {
      shell.ref();
      shell.stdin.end();
      await gone;
    },
  };
}
