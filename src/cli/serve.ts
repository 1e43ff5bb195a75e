// `faregate serve`: from an empty folder to a gateway that takes calls, and back down in good order.
import { createHash, randomBytes } from 'node:crypto';
import { removeServerFile, writeServerFile } from '#adapters/data-dir/server-file.ts';
import { pinoLog } from '#adapters/telemetry/pino-log.ts';
import { type Environment, readConfig } from '#config.ts';
import { adminApp } from '#http/admin/app.ts';
import { gateway } from '#http/gateway/gateway.ts';
import { readiness } from '#http/readiness.ts';
import { listen } from '#http/server.ts';
import { buildWorld } from '#world.ts';

/** How long running calls may take to end once the process was asked to stop. */
const drainMsMax = 30_000;

/** A database that has stopped answering keeps its connections from closing; the journal has what it has not got. */
const closeMsMax = 15_000;

/** Resolves when the process has been asked to stop, and everything is in order. */
export async function serveUntilStopped(environment: Environment): Promise<void> {
  const config = readConfig(environment, process.cwd());
  const log = pinoLog(config.logLevel);
  const server = await listen(config.host, config.port);
  const world = await buildWorld(config, log).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const { house, writer, generations, desk, jobs } = world;
  let draining = false;
  const oneTimeToken = token();
  const localToken = token();
  const accepted = [localToken, ...(config.adminToken === undefined ? [] : [config.adminToken])];
  const admin = await adminApp({
    desk,
    oneTimeTokenHash: sha256(oneTimeToken),
    acceptedTokenHashes: accepted.map(sha256),
    url: server.url,
  });
  await admin.ready();
  world.run();
  server.open({
    gateway: gateway({ house, writer, generations, jobs, draining: () => draining }),
    admin: (request, response) => admin.routing(request, response),
    ready: () => readiness({ house, writer, draining: () => draining }),
  });
  writeServerFile(config.dataDirectory, { url: server.url, token: localToken, pid: process.pid });
  greet(server.url, oneTimeToken);

  await askedToStop();
  draining = true;
  log.info({ running: house.live.size }, 'asked to stop: no new calls; the running ones end first');
  removeServerFile(config.dataDirectory);
  await Promise.race([house.live.empty(), house.clock.sleep(drainMsMax)]);
  const closed = server.close();
  await admin.close();
  await Promise.race([closed, house.clock.sleep(1_000)]);
  const tooLong = house.clock.sleep(closeMsMax).then(() => 'hanging' as const);
  if ((await Promise.race([world.stop(), tooLong])) === 'hanging') {
    log.warn({}, 'the database does not let go; the journal keeps what it has not got for the next start');
  } else log.info({}, 'stopped');
  process.exit(0);
}

function greet(url: string, oneTimeToken: string): void {
  process.stdout.write(
    [
      `Faregate serves at ${url}`,
      `One-time link to administer it: ${url}/start?token=${oneTimeToken}`,
      'A first key: npm run -s faregate -- keys create --balance 5.00',
      '',
    ].join('\n'),
  );
}

function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        // Whoever asks twice does not want to wait.
        process.once(signal, () => process.exit(1));
        resolve();
      });
    }
  });
}

function token(): string {
  return randomBytes(32).toString('base64url');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
