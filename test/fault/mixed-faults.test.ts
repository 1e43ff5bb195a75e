// Kills at random for a few seconds. The soak does it for as long as told.
import { afterAll, expect, test } from 'vitest';
import { removeServers } from '#test/process/server.ts';
import { mixedFaults } from '#test/soak/mixed-faults.ts';

afterAll(removeServers);

const seconds = 15;

test.skipIf(process.platform !== 'linux')(
  'whatever dies at whatever moment, every call is charged once',
  { timeout: 120_000 },
  async () => {
    const { rounds, calls, broken } = await mixedFaults(seconds, String(Date.now()));
    expect(rounds).toBeGreaterThan(1);
    expect(calls).toBeGreaterThan(rounds);
    expect(broken).toBeGreaterThan(0);
  },
);
