// `npm run fuzz -- [--requests N] [--seed text] [--only number,…]`: hostile requests at a gateway of its own.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';
import type { Outcome } from './raw-caller.ts';
import type { Plan } from './request-plan.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    callers: { type: 'string', default: '32' },
    only: { type: 'string' },
  },
});

const only = values.only?.split(',').map(Number);
const numbers = only ?? Array.from({ length: readCount('requests') }, (_, index) => index);
const beganMs = performance.now();
let saidMs = beganMs;

const fuzzed = await fuzz({
  seed: values.seed,
  numbers,
  // One after the other over one connection, as they came.
  callers: only ? 1 : readCount('callers'),
  ...(only === undefined ? { onProgress: tellProgress } : { onOutcome: tellOutcome }),
});
const pace = perSecond(numbers.length);
for (const [name, times] of Object.entries(fuzzed.outcomes)) console.log(`${String(times).padStart(10)}  ${name}`);
console.log(
  `${numbers.length} requests from the seed ${values.seed}, ${pace}; ${fuzzed.upstreamRequests} reached a provider, ${fuzzed.charges} charges.`,
);
for (const { nos, what } of fuzzed.violations) {
  console.log(what);
  if (nos) console.log(`  npm run fuzz -- --seed ${values.seed} --only ${nos.slice(-20).join(',')}`);
}
if (fuzzed.violations.length === 0) {
  console.log(
    'No crash, no failure of our own, no foreign address, no hold left behind, no call under way; the wallets add up.',
  );
} else process.exitCode = 1;

function tellProgress(sent: number): void {
  const nowMs = performance.now();
  if (nowMs - saidMs < 5_000) return;
  saidMs = nowMs;
  console.log(`${sent} of ${numbers.length}, ${perSecond(sent)}`);
}

function tellOutcome(plan: Plan, outcome: Outcome): void {
  console.log(plan.about);
  for (const piece of plan.pieces) console.log(piece.toString('latin1').slice(0, 4_000));
  if (outcome.kind !== 'answered') console.log(outcome);
  else console.log(`--> ${outcome.answer.status}\n${outcome.answer.body.toString('latin1').slice(0, 2_000)}`);
}

function readCount(name: 'requests' | 'callers'): number {
  const count = Number(values[name]);
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`--${name} takes a whole number of at least 1.`);
  return count;
}

function perSecond(count: number): string {
  return `${Math.round((count * 1_000) / (performance.now() - beganMs))} a second`;
}
