// What can be said on the command line.
import { parseArgs } from 'node:util';

export const measurements = ['plain', 'stream', 'latency'] as const;
export type Measurement = (typeof measurements)[number];

export interface Options {
  /** Of each counted stretch. */
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number;
  /** Calls per second while latency is measured. */
  readonly rate: number;
  readonly only: readonly Measurement[];
  /** Ends with one JSON object on a line of its own. */
  readonly json: boolean;
}

export class UsageError extends Error {}

export const usage = `npm run bench -- [--seconds 3] [--rounds 7] [--connections 64] [--rate 1000] [--only ${measurements.join(',')}] [--json]`;

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args);
  return {
    seconds: positive('seconds', values.seconds),
    rounds: whole('rounds', values.rounds),
    connections: whole('connections', values.connections),
    rate: whole('rate', values.rate),
    only: values.only === undefined ? measurements : values.only.split(',').map(measurementOf),
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string', default: '3' },
        rounds: { type: 'string', default: '7' },
        connections: { type: 'string', default: '64' },
        rate: { type: 'string', default: '1000' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function measurementOf(name: string): Measurement {
  const found = measurements.find((each) => each === name);
  if (!found) throw new UsageError(`--only takes ${measurements.join(', ')}, not "${name}".`);
  return found;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`--${name} must be a number above zero, not "${text}".`);
  return value;
}

function whole(name: string, text: string): number {
  const value = positive(name, text);
  if (!Number.isSafeInteger(value)) throw new UsageError(`--${name} must be a whole number, not "${text}".`);
  return value;
}
