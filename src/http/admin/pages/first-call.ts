// A new key with the line that calls it.
import type { CreatedKey } from '#flows/admin/create-virtual-key.ts';
import type { ModelRow } from '#ports/administration.ts';
import type { AdminDependencies } from '../door.ts';
import { escaped } from './html.ts';

export async function firstCall({ desk, url }: AdminDependencies, key: CreatedKey): Promise<string> {
  const model = await firstModel(desk);
  const call = [
    `curl ${url}/v1/chat/completions \\`,
    `  -H 'Authorization: Bearer ${key.virtual_key}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] })}'`,
  ].join('\n');
  return `<p>It is shown this once. Its wallet has <strong>${escaped(key.wallet.balance)} ${escaped(key.wallet.currency)}</strong>.</p>
    <pre>${escaped(key.virtual_key)}</pre><p>Call it:</p><pre>${escaped(call)}</pre>
    <p>What is left: <code>curl ${escaped(url)}/v1/credits -H 'Authorization: Bearer …'</code>.
    <a href="/start">Back</a> · <a href="/api/docs">The API</a></p>`;
}

// The oldest one came with the server, unless the operator has retired it.
async function firstModel({ administration }: AdminDependencies['desk']): Promise<string> {
  const { items } = await administration.models.list({ limit: 200 });
  const chat = items.filter((model) => model.kind === 'chat' && model.status === 'available');
  const [oldest] = chat.toSorted((left, right) => sortKey(left).localeCompare(sortKey(right)));
  return oldest?.name ?? 'your-model';
}

function sortKey({ created_at, id }: ModelRow): string {
  return `${created_at} ${id}`;
}
