// `npm run soak -- [name] [--seconds N] [--seed text]`: the long forms of the fault tests, for as long as told.
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { removeServers } from '#test/process/server.ts';
import { mixedFaults } from './mixed-faults.ts';
import { postgresHalts, postgresStops } from './postgres-away.ts';

interface Asked {
  readonly seconds: number;
  readonly seed: string;
}

/** Each for as long as asked. */
const soaks: Readonly<Record<string, (asked: Asked) => Promise<object>>> = {
  'postgres-halts': ({ seconds }) => postgresHalts(seconds),
  'postgres-stops': ({ seconds }) => postgresStops(seconds),
  'mixed-faults': ({ seconds, seed }) => mixedFaults(seconds, seed),
};

/** Names for several. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'postgres-away': ['postgres-halts', 'postgres-stops'],
};

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: randomBytes(4).toString('hex') },
    },
  });
  const names = positionals.length === 0 ? Object.keys(soaks) : positionals.flatMap((name) => groups[name] ?? [name]);
  const seconds = Number(values.seconds);
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw new Error(`--seconds must be a number, not "${values.seconds}".`);
  const unknown = names.find((name) => !Object.hasOwn(soaks, name));
  if (unknown !== undefined) {
    const known = [...Object.keys(soaks), ...Object.keys(groups)].join(', ');
    throw new Error(`There is no soak "${unknown}". Known: ${known}.`);
  }
  console.log(`${availableParallelism()} cores, Node ${process.version}, ${process.platform}; ${seconds} s each`);
  for (const name of names) {
    const since = performance.now();
    const report = await soaks[name]?.({ seconds, seed: values.seed });
    console.log(`${name}: held for ${Math.round((performance.now() - since) / 1_000)} s`);
    console.log(JSON.stringify(report, undefined, 2));
  }
}

try {
  await run();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await removeServers();
}
// What a failed one has left open must not keep us.
process.exit();
