// Every setting, read and checked once. A wrong one stops the start with a sentence.
import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDirectory: string;
  /** Missing: the embedded Postgres. */
  readonly databaseUrl: string | undefined;
  /** 32 bytes each, the one that seals first; missing: the embedded mode keeps its own in the data directory. */
  readonly masterKeys: MasterKeys | undefined;
  /** Where they were read from, if that was a file: it may be read again. */
  readonly masterKeyFile: string | undefined;
  /** The id of a master key that is lost: what is sealed by it is given up at the start. */
  readonly lostMasterKey: string | undefined;
  /** Host names, addresses and networks (`10.0.0.0/8`) that customers' own addresses may lead to, though not public. */
  readonly allowedPrivateHosts: readonly string[];
  /** For scripts; missing: only the one-time link and the command line on this machine. */
  readonly adminToken: string | undefined;
  readonly logLevel: LogLevel;
  /** `group`: the journal survives a kill; `wait`: every call also waits for the disk, and survives a loss of power. */
  readonly journalSync: 'group' | 'wait';
  /** Charges that may wait for the database before new calls are refused. */
  readonly outboxMax: number;
  /** By which a price per request is made of prices per token. */
  readonly typicalRequest: { readonly inputTokens: number; readonly outputTokens: number };
  /** Tests only: the place at which the process kills itself, and at which time of reaching it. */
  readonly failpoint: string | undefined;
}

export type MasterKeys = readonly [Buffer, ...Buffer[]];

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

/** What is wrong with a setting, and what to do: for the operator, before anything has started. */
export class SettingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SettingError';
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws SettingError naming the setting. */
export function readConfig(environment: Environment, workingDirectory: string): Config {
  const dataDirectory = environment['FAREGATE_DATA_DIR'] ?? 'data';
  const databaseUrl = secret(environment, 'DATABASE_URL');
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new SettingError('DATABASE_URL must begin with postgres:// or postgresql://.');
  }
  const masterKey = secret(environment, 'FAREGATE_MASTER_KEY');
  if (databaseUrl !== undefined && masterKey === undefined) {
    throw new SettingError(
      'FAREGATE_MASTER_KEY (or FAREGATE_MASTER_KEY_FILE) is missing. It seals the provider keys in the database that ' +
        'DATABASE_URL names, so it is never made up. Make one with "openssl rand -base64 32" and keep it safe.',
    );
  }
  return {
    host: environment['FAREGATE_HOST'] ?? '127.0.0.1',
    port: wholeNumber(environment, 'FAREGATE_PORT', { missing: 8787, least: 0, most: 65_535 }),
    dataDirectory: isAbsolute(dataDirectory) ? dataDirectory : resolve(workingDirectory, dataDirectory),
    databaseUrl,
    masterKeys: masterKey === undefined ? undefined : parseMasterKeys(masterKey, 'FAREGATE_MASTER_KEY'),
    masterKeyFile: environment['FAREGATE_MASTER_KEY_FILE'],
    lostMasterKey: lostMasterKey(environment),
    allowedPrivateHosts: listOf(environment, 'FAREGATE_ALLOWED_PRIVATE_HOSTS'),
    adminToken: adminToken(environment),
    logLevel: oneOf(environment, 'FAREGATE_LOG_LEVEL', logLevels, 'info'),
    journalSync: oneOf(environment, 'FAREGATE_JOURNAL_SYNC', ['group', 'wait'] as const, 'group'),
    outboxMax: wholeNumber(environment, 'FAREGATE_OUTBOX_MAX', { missing: 200_000, least: 1, most: 10_000_000 }),
    typicalRequest: {
      inputTokens: wholeNumber(environment, 'TYPICAL_INPUT_TOKENS', { missing: 1_000, least: 0, most: 10_000_000 }),
      outputTokens: wholeNumber(environment, 'TYPICAL_OUTPUT_TOKENS', { missing: 500, least: 0, most: 10_000_000 }),
    },
    failpoint: environment['FAREGATE_FAILPOINT'],
  };
}

const masterKeyBytes = 32;

/**
 * While master keys are rotated there are several: the new one first, with blanks, commas or lines between.
 * @throws SettingError unless each is 32 bytes in base64 or hexadecimal.
 */
export function parseMasterKeys(text: string, source: string): MasterKeys {
  const [first = '', ...others] = text.trim().split(/[\s,]+/);
  return [parseMasterKey(first, source), ...others.map((each) => parseMasterKey(each, source))];
}

function parseMasterKey(text: string, source: string): Buffer {
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length !== masterKeyBytes) {
    throw new SettingError(
      `${source} must be 32 bytes in base64 or hexadecimal, as "openssl rand -base64 32" prints them.`,
    );
  }
  return key;
}

function lostMasterKey(environment: Environment): string | undefined {
  const id = environment['FAREGATE_LOST_MASTER_KEY'];
  if (id === undefined || id === '' || /^[0-9a-f]{12}$/.test(id)) return id === '' ? undefined : id;
  throw new SettingError('FAREGATE_LOST_MASTER_KEY must be the id of a master key, twelve hexadecimal digits.');
}

function listOf(environment: Environment, name: string): readonly string[] {
  return (environment[name] ?? '').split(/[\s,]+/).filter((each) => each !== '');
}

function adminToken(environment: Environment): string | undefined {
  const token = secret(environment, 'FAREGATE_ADMIN_TOKEN');
  if (token !== undefined && token.length < 16) {
    throw new SettingError('FAREGATE_ADMIN_TOKEN is too short to be safe: at least 16 characters.');
  }
  return token;
}

/** Every secret may also stand in a file, named by X_FILE. */
function secret(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  const file = environment[`${name}_FILE`];
  if (value !== undefined && value !== '') {
    if (file !== undefined) throw new SettingError(`Both ${name} and ${name}_FILE are set; only one may be.`);
    return value;
  }
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingError(`${name}_FILE cannot be read: ${reason}.`);
  }
}

function wholeNumber(
  environment: Environment,
  name: string,
  { missing, least, most }: { readonly missing: number; readonly least: number; readonly most: number },
): number {
  const text = environment[name];
  if (text === undefined || text === '') return missing;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new SettingError(`${name} must be a whole number from ${least} to ${most}, not "${text}".`);
  }
  return value;
}

function oneOf<Value extends string>(
  environment: Environment,
  name: string,
  values: readonly Value[],
  missing: Value,
): Value {
  const text = environment[name];
  if (text === undefined || text === '') return missing;
  const found = values.find((value) => value === text);
  if (found === undefined) throw new SettingError(`${name} must be one of ${values.join(', ')}, not "${text}".`);
  return found;
}
