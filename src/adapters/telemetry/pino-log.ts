// One JSON line per happening on standard error, so that standard output stays for what people and scripts read.
import { destination, pino, stdSerializers } from 'pino';
import type { Log } from '#ports/log.ts';

// Wherever they stand in what is logged, these are never written.
const secretPaths = ['authorization', 'key', 'secret', 'token', 'password'].flatMap((name) => [name, `*.${name}`]);

export function pinoLog(level: string): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err },
      redact: { paths: secretPaths, censor: '[secret]' },
    },
    destination({ dest: 2, sync: true }),
  );
  return {
    info: (facts, message) => logger.info(facts, message),
    warn: (facts, message) => logger.warn(facts, message),
    error: (facts, message) => logger.error(facts, message),
  };
}
