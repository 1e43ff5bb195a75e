// `npm run simulate`: many histories over all cores, or one of them again with its trace.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type FaultName, faultNames } from './faults.ts';
import { historiesForAll, mustSee } from './must-see.ts';
import { type History, play, seedOf } from './play.ts';
import { shrink } from './shrink.ts';
import { spread } from './spread.ts';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    fault: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
    replay: { type: 'string' },
    keep: { type: 'string' },
  },
});

const fault = readFault(values.fault);
if (values.replay === undefined) await runMany();
else await replay({ seed: values.replay, fault, keep: values.keep?.split(',').map(Number) });

async function runMany(): Promise<void> {
  const histories = readCount('histories', values.histories);
  const workers = Math.min(readCount('workers', values.workers), histories);
  const beganMs = performance.now();
  let saidMs = beganMs;
  console.log(
    `${histories} histories from the seed ${values.seed}${fault ? ` with the fault ${fault}` : ''}, ${workers} workers`,
  );
  const onProgress = (played: number): void => {
    const nowMs = performance.now();
    if (nowMs - saidMs < 5_000) return;
    saidMs = nowMs;
    console.log(`${played} of ${histories}, ${perSecond(played, nowMs - beganMs)}`);
  };
  const {
    histories: played,
    probes,
    brokenAt,
  } = await spread({ seed: values.seed, fault, histories, workers, onProgress });
  const pace = perSecond(played, performance.now() - beganMs);
  if (brokenAt !== undefined) {
    console.log(`Broken in history ${brokenAt + 1}.`);
    await tellShortest({ seed: seedOf(values.seed, brokenAt), fault });
    process.exitCode = 1;
    return;
  }
  for (const [name, times] of Object.entries(probes.toRecord())) console.log(`${String(times).padStart(10)}  ${name}`);
  const unseen = mustSee.filter((name) => probes.count(name) === 0);
  if (unseen.length > 0 && histories >= historiesForAll) {
    console.log(`Nothing broke, and this was never seen, so it proves nothing: ${unseen.join('; ')}.`);
    process.exitCode = 1;
    return;
  }
  console.log(`${played} histories, ${pace}: nothing broke.`);
}

async function tellShortest(history: History): Promise<void> {
  const { history: short, played } = await shrink(history, await play(history));
  const keep = played.steps.length === 0 ? '' : ` --keep ${played.steps.join(',')}`;
  console.log(
    `${played.violation?.message ?? 'It did not break again.'}\n${played.steps.length} steps are left. With its trace:`,
  );
  console.log(`  npm run simulate -- --replay ${short.seed}${keep}${fault ? ` --fault ${fault}` : ''}`);
}

async function replay(history: History): Promise<void> {
  const played = await play(history, (line) => console.log(line));
  if (played.violation) process.exitCode = 1;
  else console.log('Nothing broke.');
}

function readFault(text: string | undefined): FaultName | undefined {
  if (text === undefined) return undefined;
  const found = faultNames.find((name) => name === text);
  if (!found) throw new Error(`There is no fault "${text}". There are: ${faultNames.join(', ')}.`);
  return found;
}

function readCount(name: string, text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--${name} takes a whole number of at least 1.`);
  return count;
}

function perSecond(count: number, ms: number): string {
  return `${Math.round((count * 1_000) / ms)} histories a second`;
}
