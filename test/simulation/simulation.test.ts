import { expect, test } from 'vitest';
import { faultNames } from './faults.ts';
import { play } from './play.ts';
import { Probes } from './probes.ts';
import { unexpected } from './violation.ts';

const histories = 400;

/** Far more than any of them has ever needed. */
const historiesToCatchMax = 400;

const seed = 'test';

test(`${histories} histories of crashes, repeats and outages end with every call charged once, exactly`, async () => {
  const probes = new Probes();
  for (let index = 0; index < histories; index += 1) {
    const played = await play({ seed: `${seed}-${index}` });
    expect(played.violation, `npm run simulate -- --replay ${seed}-${index}`).toBeUndefined();
    probes.add(played.probes);
  }
  const seen = [
    'call served',
    'hold reaped',
    'settled after it was reaped',
    'recovered a settlement',
    'ended as cut_off',
  ];
  for (const name of [...seen, 'entries delivered again', 'committed, and the answer lost', 'died: a wait']) {
    expect(probes.count(name), name).toBeGreaterThan(0);
  }
});

test.each(faultNames)('a gateway with the fault %s is caught', async (fault) => {
  for (let index = 0; index < historiesToCatchMax; index += 1) {
    const { violation } = await play({ seed: `${seed}-${index}`, fault });
    if (!violation) continue;
    expect(violation.rule).not.toBe(unexpected);
    console.log(`${fault}: caught in history ${index + 1}: ${violation.message.slice(0, 160)}`);
    return;
  }
  expect.fail(`${historiesToCatchMax} histories did not show it.`);
});

test('the same seed plays the same history', async () => {
  const [first, second] = [await traceOf(`${seed}-7`), await traceOf(`${seed}-7`)];
  expect(first.length).toBeGreaterThan(20);
  expect(second).toEqual(first);
});

async function traceOf(one: string): Promise<readonly string[]> {
  const lines: string[] = [];
  await play({ seed: one }, (line) => lines.push(line));
  return lines;
}
