// A server that takes calls as one provider documents it, and refuses whatever that provider would.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CompatibleRules } from './compatible-rules.ts';

export interface StrictUpstream {
  readonly origin: string;
  /** What was wrong with the calls that came; nothing, if nothing was. */
  readonly complaints: readonly string[];
  stop(): void;
}

type Fields = Readonly<Record<string, unknown>>;

export async function startStrictUpstream(rules: CompatibleRules, credential: string): Promise<StrictUpstream> {
  const complaints: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Fields;
      complaints.push(...complaintsAbout(request, rules, credential));
      // Providers quote what they were sent, and some the key with it.
      if ('logit_bias' in body) {
        refuse(response, rules, `logit_bias (key ${credential})`);
        return;
      }
      const refused = refusedIn(body, rules);
      if (refused !== undefined) {
        complaints.push(`the field ${refused}`);
        refuse(response, rules, refused);
        return;
      }
      answer(response, body, rules);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    complaints,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function refuse(response: ServerResponse, { refusal }: CompatibleRules, field: string): void {
  response.writeHead(refusal.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(refusal.body(field)));
}

function complaintsAbout(
  { method, url, headers }: IncomingMessage,
  rules: CompatibleRules,
  credential: string,
): readonly string[] {
  const wanted = { authorization: `Bearer ${credential}`, 'content-type': 'application/json', ...rules.headers };
  return [
    ...(method === 'POST' && url === rules.path ? [] : [`${method ?? ''} ${url ?? ''}`]),
    ...Object.entries(wanted).flatMap(([name, value]) => (headers[name] === value ? [] : [`the header ${name}`])),
  ];
}

function refusedIn(body: Fields, { refuses, limitFields, asksForUsage }: CompatibleRules): string | undefined {
  const messages = Array.isArray(body['messages']) ? (body['messages'] as readonly Fields[]) : [];
  const limits = ['max_tokens', 'max_completion_tokens'].filter((name) => name in body);
  // A limit where nobody reads it would be none.
  if (limits.length !== 1 || !limitFields.includes(limits[0] ?? '')) return limits.join(' and ') || 'no limit';
  if (asksForUsage && body['stream'] === true && !('stream_options' in body)) return 'no stream_options';
  return refuses.find((field) => field in body || messages.some((message) => field in message));
}

function answer(response: ServerResponse, body: Fields, rules: CompatibleRules): void {
  const { usage } = rules;
  if (body['stream'] !== true) {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: body['model'], choices, usage }),
    );
    return;
  }
  const text = {
    id: 'c',
    choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }],
  };
  const last = rules.usageChunks?.(usage) ?? [
    { id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { id: 'c', choices: [], usage },
  ];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const events = [text, ...last].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  response.end(`${events.join('')}data: [DONE]\n\n`);
}
