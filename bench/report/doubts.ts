// What a reader has to know before believing the figures.
import type { Figures } from './figures.ts';

// Below it, something else than the server under test sets the pace.
const saturatedFrom = 0.9;
const undisturbedTo = 0.05;

// More than the last moments': the rate was borrowed from later.
const behindTo = 0.05;

export function doubtsAbout({ modes, failed }: Figures): readonly string[] {
  const doubts: string[] = [];
  for (const { mode, of, behind } of modes) {
    if (behind > behindTo) {
      doubts.push(
        `${mode}: at the last answer ${percent(behind)} of the charges were not booked; the sustained rate is the true one.`,
      );
    }
    for (const [name, { usedByServer, usedByOthers }] of Object.entries(of)) {
      if (usedByOthers > undisturbedTo) {
        doubts.push(
          `${mode}, ${name}: other work took ${percent(usedByOthers)} of the server's core; compare by processor time.`,
        );
      } else if (usedByServer < saturatedFrom) {
        doubts.push(
          `${mode}, ${name}: the server used only ${percent(usedByServer)} of its core; the mock, the generator or the disk held it up.`,
        );
      }
    }
  }
  if (failed > 0) doubts.push(`${failed} calls failed.`);
  return doubts;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
