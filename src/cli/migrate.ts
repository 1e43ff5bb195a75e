// `faregate migrate`: the database is brought up to this version, and nothing is served.
import { pinoLog } from '#adapters/telemetry/pino-log.ts';
import { type Environment, readConfig } from '#config.ts';
import { openDatabase } from '#world.ts';

export async function migrateDatabase(environment: Environment): Promise<void> {
  const config = readConfig(environment, process.cwd());
  const database = await openDatabase(config, pinoLog(config.logLevel));
  await database.stop();
  process.stdout.write('The database is up to date.\n');
}
