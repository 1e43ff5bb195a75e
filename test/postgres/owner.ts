// A process of its own that holds a data directory and runs its Postgres, for tests that kill it. It says on its output
// how to connect, and stops in an orderly way when its input ends.
import { lockDataDirectory } from '../../src/adapters/data-dir/lock.ts';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts';

const path = process.argv[2] ?? '';
const say = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

const lock = lockDataDirectory(path);
const postgres = await startEmbeddedPostgres({ dataDirectory: lock.directory, log: { info: say, warn: say } });
process.stdout.write(`${JSON.stringify({ connection: postgres.connection, postmaster: postgres.pid() })}\n`);

for await (const input of process.stdin) void input;
await postgres.stop();
lock.release();
