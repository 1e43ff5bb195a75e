// Codex sends responses without state: its whole conversation, its sealed thoughts, tools of its own kinds.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begun, ended, startAnthropicUpstream, streams, textBlock, toolBlock } from './anthropic-upstream.ts';
import { beginStream, type OwnUpstream, startOwnUpstream } from './own-upstream.ts';
import { responseEvents } from './response-events.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from './twin-gateway.ts';
import { creditsOf, post } from './wire.ts';

let twin: TwinGateway;
let own: OwnUpstream;
let maker: OwnUpstream;

beforeAll(async () => {
  own = await startOwnUpstream('own');
  maker = await startAnthropicUpstream();
  const provider = { ...own.provider, adapter: 'openai' };
  twin = await startTwinGateway({
    routes: [routeOf(targetOf('gpt-codex', provider)), routeOf(targetOf('opus-0', maker.provider))],
  });
});

afterAll(async () => {
  await twin.stop();
  own.stop();
  maker.stop();
});

// In the shape of the client's own requests (github.com/openai/codex, codex-rs/core/src/client.rs); the words are ours.
const shell = {
  type: 'function',
  name: 'shell',
  description: 'Runs a shell command and returns its output.',
  strict: false,
  parameters: {
    type: 'object',
    properties: {
      command: { type: 'array', items: { type: 'string' }, description: 'The command to execute' },
      workdir: { type: 'string' },
      timeout_ms: { type: 'number' },
    },
    required: ['command'],
    additionalProperties: false,
  },
};
const patch = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Edits files; the input is a patch, not JSON.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: begin_patch hunk+ end_patch' },
};

function codexRequest(model: string, tools: readonly object[], more: object = {}) {
  const text = (role: string, type: string, said: string) => ({
    type: 'message',
    role,
    content: [{ type, text: said }],
  });
  return {
    model,
    instructions: 'You are a coding agent running in a terminal.',
    input: [
      text('developer', 'input_text', '<permissions instructions>Ask first.</permissions instructions>'),
      text('user', 'input_text', '<environment_context><cwd>/home/a</cwd></environment_context>'),
      text('user', 'input_text', 'What is in this folder?'),
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Look.' }],
        content: null,
        encrypted_content: 'gAAA',
      },
      { type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'call_1' },
      { type: 'function_call_output', call_id: 'call_1', output: '{"output":"a.txt\\n","metadata":{"exit_code":0}}' },
    ],
    tools,
    tool_choice: 'auto',
    parallel_tool_calls: false,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: '0199a213-81c0-7800-8aa1-bbab2a035a53',
    ...more,
  };
}

const headers = {
  accept: 'text/event-stream',
  originator: 'codex_cli_rs',
  'user-agent': 'codex_cli_rs/0.98.0 (Debian 13.0.0; x86_64) xterm',
  version: '0.98.0',
  session_id: '0199a213-81c0-7800-8aa1-bbab2a035a53',
  conversation_id: '0199a213-81c0-7800-8aa1-bbab2a035a53',
  'openai-beta': 'responses=experimental',
};

/** What the client looks for in a stream: each item when it is done, and the end with its usage. */
async function readTurn(response: Response) {
  const events = (await response.text())
    .split('\n\n')
    .filter((event) => event.includes('data: '))
    .map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 'data: '.length)) as Record<string, unknown>);
  const items = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
  return { items, last: events.at(-1) };
}

test('its turn passes through to a maker of responses, byte for byte but for the model and the limit', async () => {
  const { key } = await twin.key('5');
  own.answers((response) => {
    beginStream(response);
    response.end(responseEvents(['One ', 'file.']).join(''));
  });
  const asked = codexRequest('own/gpt-codex', [shell, patch, { type: 'local_shell' }], { text: { verbosity: 'low' } });
  const response = await post(twin.url, key, asked, { path: '/v1/responses', headers });
  const { items, last } = await readTurn(response);
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(items).toMatchObject([{ type: 'message', content: [{ text: 'One file.' }] }]);
  expect(last).toMatchObject({ type: 'response.completed', response: { id: 'resp_01', faregate: {} } });
  const { max_output_tokens: limit, ...sent } = JSON.parse(own.body()) as Record<string, unknown>;
  expect(sent).toEqual({ ...asked, model: 'gpt-codex' });
  // It thinks in silence, so all of its output is held for, and it is told where that ends.
  expect(limit).toBe(4_096);
  expect(own.headers()['authorization']).toBeUndefined();
  expect((await creditsOf(twin.url, key)).held).toBe('0');
});

test('its turn is translated for another maker: thoughts of others stay behind, tools and results arrive', async () => {
  const { key } = await twin.key('5');
  maker.answers(
    streams(begun() + textBlock(0, ['I look.']) + toolBlock(1, 'toolu_1', ['{"command":["ls"]}']) + ended('tool_use')),
  );
  const plain = { type: 'custom', name: 'note', description: 'Takes a note.' };
  const asked = codexRequest('maker/opus-0', [shell, plain]);
  const { items, last } = await readTurn(await post(twin.url, key, asked, { path: '/v1/responses', headers }));
  expect(items).toMatchObject([
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
    { type: 'function_call', call_id: 'toolu_1', arguments: '{"command":["ls"]}' },
  ]);
  expect(last).toMatchObject({
    type: 'response.completed',
    response: { usage: { input_tokens: 132, output_tokens: 9, total_tokens: 141 }, faregate: {} },
  });
  expect(JSON.parse(maker.body())).toMatchObject({
    stream: true,
    thinking: { type: 'adaptive', display: 'summarized' },
    output_config: { effort: 'medium' },
    system: [{ text: 'You are a coding agent running in a terminal.' }, {}],
    messages: [
      { role: 'user', content: [{}, { text: 'What is in this folder?' }] },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'call_1', input: { command: ['ls'] } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1' }] },
    ],
  });
  expect(maker.body()).not.toContain('gAAA');

  const grammar = await post(twin.url, key, codexRequest('maker/opus-0', [patch]), { path: '/v1/responses', headers });
  expect(grammar.status).toBe(400);
  expect(await grammar.json()).toMatchObject({ error: { param: 'tools.0.format', code: 'invalid_parameter' } });
});
