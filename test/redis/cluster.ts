// A Redis Cluster of the test's own: three masters, a third of the slots each.
import { createClient } from '@redis/client';
import { startRedis, type TestRedis } from './server.ts';

export interface TestCluster {
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

const slots = 16_384;
const nodes = 3;
const readyMsMax = 20_000;

export async function startCluster(program: string): Promise<TestCluster> {
  const servers: TestRedis[] = [];
  for (let node = 0; node < nodes; node += 1) {
    const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
    servers.push(await startRedis(program, { settings }));
  }
  const clients = await Promise.all(servers.map(({ url }) => createClient({ url }).connect()));
  const share = Math.ceil(slots / nodes);
  for (const [node, client] of clients.entries()) {
    const last = Math.min(slots, (node + 1) * share) - 1;
    await client.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', String(node * share), String(last)]);
    for (const { port } of servers) await client.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', String(port)]);
  }
  const until = Date.now() + readyMsMax;
  for (const client of clients) {
    for (;;) {
      const info = await client.sendCommand<string>(['CLUSTER', 'INFO']);
      if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes}`)) break;
      if (Date.now() > until) throw new Error(`The cluster did not come up: ${info}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await client.close();
  }
  return {
    urls: servers.map(({ url }) => url),
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}
