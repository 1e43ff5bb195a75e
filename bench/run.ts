// `npm run bench`: the mock directly, the fastest minimal proxy, the gateway; side by side, and the money to the last digit.
import { measureRounds } from './measure/rounds.ts';
import { openStage, type Stage } from './measure/stage.ts';
import { type Options, readOptions, usage, UsageError } from './options.ts';
import { type Cores, coresSeen, layCoresOut } from './parts/cores.ts';
import { figuresOf } from './report/figures.ts';
import { saveResults } from './report/save.ts';
import { type Summary, summaryOf, unmeasurable } from './report/summary.ts';
import { headline, text } from './report/text.ts';

async function run(options: Options): Promise<Summary> {
  const seen = coresSeen();
  const cores = layCoresOut(seen);
  if (!cores) {
    console.log(`not measurable here: ${seen.length} cores seen, and at least three are needed`);
    return unmeasurable(seen);
  }
  console.log(headline(options, cores));
  const stage = await openStage(cores);
  const stop = stopOnce(stage);
  try {
    return await measure(stage, options, cores);
  } finally {
    await stop();
  }
}

async function measure(stage: Stage, options: Options, cores: Cores): Promise<Summary> {
  const startedAt = new Date();
  const rounds = await measureRounds(stage, options, (done) => process.stderr.write(`${done}\n`));
  const figures = figuresOf(rounds, await stage.billing());
  const summary = summaryOf(figures, cores);
  console.log(`\n${text(figures, options)}`);
  console.log(`\nEverything measured is in ${saveResults({ startedAt, options, cores, rounds, summary })}`);
  const { served, owedPicodollars, booked } = figures.billing;
  if (booked.picodollars !== owedPicodollars || booked.charges !== served) process.exitCode = 1;
  return summary;
}

function stopOnce(stage: Stage): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stage.stop());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(130)));
  }
  return stop;
}

try {
  const options = readOptions(process.argv.slice(2));
  const summary = await run(options);
  if (options.json) console.log(JSON.stringify(summary));
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n${usage}` : error);
  process.exitCode = 1;
}
