// `npm run clis`: the coding assistants of two makers, as they are installed from npm, with the gateway as their provider.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { creditsOf } from '#test/gateway/wire.ts';
import { audit } from '#test/process/audit.ts';
import { removeServers, startServer } from '#test/process/server.ts';
import { ran } from './ran.ts';

interface Assistant {
  readonly name: string;
  readonly package: string;
  readonly binary: string;
  words(url: string): readonly string[];
  environment(url: string, key: string): Readonly<Record<string, string>>;
  /** What it says on its standard output when it was answered. */
  readonly answered: RegExp;
}

const model = 'sim/echo';

const assistants: readonly Assistant[] = [
  {
    name: 'Claude Code',
    package: '@anthropic-ai/claude-code@2.1.197',
    binary: 'claude',
    words: () => ['-p', 'Say hello to the gateway.', '--output-format', 'json'],
    environment: (url, key) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_AUTH_TOKEN: key,
      ANTHROPIC_MODEL: model,
      ANTHROPIC_SMALL_FAST_MODEL: model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    }),
    answered: /"is_error":false.*"result":"[^"]+"/,
  },
  {
    name: 'Codex',
    package: '@openai/codex@0.169.0',
    binary: 'codex',
    words: (url) => [
      'exec',
      '--skip-git-repo-check',
      `--model=${model}`,
      '--config=model_provider="faregate"',
      `--config=model_providers.faregate={name="Faregate",base_url="${url}/v1",env_key="FAREGATE_KEY",wire_api="responses"}`,
      // A search of the web costs money beside the tokens, and has no price here.
      '--config=web_search="disabled"',
      'Say hello to the gateway.',
    ],
    environment: (_url, key) => ({ FAREGATE_KEY: key }),
    answered: /\S/,
  },
];

const answerMsMax = 120_000;
const installMsMax = 300_000;

async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'faregate-clis-'));
  try {
    const server = await startServer();
    for (const assistant of assistants) {
      const place = join(folder, assistant.binary);
      await mkdir(join(place, 'home'), { recursive: true });
      const install = ['install', '--prefix', place, '--no-audit', '--no-fund', assistant.package];
      await ran('npm', install, { cwd: place, msMax: installMsMax, environment: {} });
      const { key } = await server.key('5.00');
      const said = await ran(join(place, 'node_modules', '.bin', assistant.binary), assistant.words(server.url), {
        cwd: place,
        msMax: answerMsMax,
        environment: {
          HOME: join(place, 'home'),
          CODEX_HOME: join(place, 'home'),
          ...assistant.environment(server.url, key),
        },
      });
      if (!assistant.answered.test(said)) throw new Error(`${assistant.name} was not answered: ${said}`);
      const { balance, held } = await creditsOf(server.url, key);
      if (held !== '0' || Number(balance) >= 5) throw new Error(`${assistant.name}: balance ${balance}, held ${held}`);
      console.log(`${assistant.package}: answered, and the wallet of 5 has ${balance}`);
    }
    await server.stop();
    const { code, findings } = await audit(server.dataDirectory);
    if (code !== 0) throw new Error(`The ledger does not hold: ${JSON.stringify(findings)}`);
    console.log('The ledger holds.');
  } finally {
    await removeServers();
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await run();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
