import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchPublic } from '#flows/fetch-public.ts';
import { UpstreamError, type UpstreamRequest } from '#ports/upstream.ts';
import { addressGuard, isPublic, type Resolve } from './address-guard.ts';
import { undiciUpstream } from './undici-upstream.ts';

describe('an address is public', () => {
  test.each([
    ['8.8.8.8', true],
    ['1.1.1.1', true],
    ['172.15.255.255', true],
    ['172.32.0.0', true],
    ['100.63.255.255', true],
    ['100.128.0.0', true],
    ['223.255.255.255', true],
    ['2606:4700:4700::1111', true],
    ['2a00:1450:4001:81b::200e', true],
    ['::ffff:8.8.8.8', true],
    ['0.0.0.0', false],
    ['0.1.2.3', false],
    ['10.0.0.1', false],
    ['10.255.255.255', false],
    ['100.64.0.1', false],
    ['100.100.100.200', false],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['168.63.129.16', false],
    ['169.254.169.254', false],
    ['169.254.170.2', false],
    ['172.16.0.1', false],
    ['172.31.255.255', false],
    ['192.0.0.192', false],
    ['192.0.2.1', false],
    ['192.88.99.1', false],
    ['192.168.1.1', false],
    ['198.18.0.1', false],
    ['198.51.100.7', false],
    ['203.0.113.9', false],
    ['224.0.0.1', false],
    ['240.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['[::1]', false],
    ['::127.0.0.1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:7f00:1', false],
    ['::ffff:10.0.0.1', false],
    ['::ffff:169.254.169.254', false],
    ['0:0:0:0:0:ffff:c0a8:0101', false],
    ['::ffff:0:127.0.0.1', false],
    ['64:ff9b::7f00:1', false],
    ['64:ff9b:1::1', false],
    ['100::1', false],
    ['2001::1', false],
    ['2001:db8::1', false],
    ['2002:7f00:1::', false],
    ['3fff::1', false],
    ['5f00::1', false],
    ['fc00::1', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['fec0::1', false],
    ['ff02::1', false],
    ['localhost', false],
    ['', false],
    ['127.1', false],
    ['0177.0.0.1', false],
  ])('%s: %s', (address, expected) => {
    expect(isPublic(address)).toBe(expected);
  });
});

test.each(['', 'a b', 'http://x', '10.0.0.0/33', '10.0.0.0/x', 'example.com/8', '::/129'])(
  'what is allowed is a name, an address or a network, and "%s" is none',
  (entry) => {
    expect(() => addressGuard({ allowed: [entry] })).toThrow(RangeError);
  },
);

describe('a request for public addresses only', () => {
  let inner: Server;
  let port: number;
  const reached: string[] = [];

  beforeAll(async () => {
    inner = createServer((request, response) => {
      reached.push(`${request.headers.host ?? ''}${request.url ?? ''}`);
      const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
      if (to !== null) response.writeHead(302, { location: to });
      response.end(JSON.stringify(request.headers));
    });
    await new Promise<void>((resolve) => {
      inner.listen(0, '0.0.0.0', resolve);
    });
    ({ port } = inner.address() as AddressInfo);
  });
  afterAll(() => {
    inner.closeAllConnections();
    inner.close();
  });

  const request = (url: string): UpstreamRequest => ({
    origin: new URL(url).origin,
    path: '/secret',
    method: 'GET',
    headers: {},
    headTimeoutMs: 2_000,
    idleTimeoutMs: 2_000,
    publicOnly: true,
  });
  const kindOf = async (upstream: ReturnType<typeof undiciUpstream>, url: string): Promise<string> => {
    try {
      const answer = await upstream.send(request(url));
      await answer.body.whole(10_000);
      return String(answer.status);
    } catch (error) {
      return error instanceof UpstreamError ? error.kind : String(error);
    }
  };
  // Names as somebody else's name server would answer them: another address each time it is asked.
  const names = (answers: Readonly<Record<string, readonly string[]>>): Resolve & { asked: number } => {
    const resolve = (
      name: string,
      _: unknown,
      done: (error: null, found: { address: string; family: number }[]) => void,
    ): void => {
      const addresses = (answers[name] ?? [])[Math.min(resolve.asked, (answers[name]?.length ?? 1) - 1)] ?? '';
      resolve.asked += 1;
      const all = addresses.split(',').map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      queueMicrotask(() => done(null, all));
    };
    resolve.asked = 0;
    return resolve;
  };

  test.each([
    ['127.0.0.1'],
    ['localhost'],
    ['0'],
    ['0.0.0.0'],
    ['127.1'],
    ['2130706433'],
    ['0x7f000001'],
    ['0x7f.1'],
    ['0177.0.0.1'],
    ['017700000001'],
    ['127.0.0.1.'],
    ['[::1]'],
    ['[::]'],
    ['[::ffff:127.0.0.1]'],
    ['[::ffff:7f00:1]'],
    ['[64:ff9b::7f00:1]'],
    ['①②⑦.0.0.1'],
    ['169.254.169.254'],
    ['[fd00:ec2::254]'],
  ])('does not go to %s', async (host) => {
    const upstream = undiciUpstream();
    const before = reached.length;
    expect(await kindOf(upstream, `http://${host}:${port}/`)).toBe('forbidden');
    expect(reached).toHaveLength(before);
    await upstream.close();
  });

  test('does not go where a name leads within, not even the second time it is asked', async () => {
    const resolve = names({
      'inner.example': ['127.0.0.1'],
      'mapped.example': ['::ffff:127.0.0.1'],
      'metadata.example': ['169.254.169.254'],
      // The first answer is public, and nobody answers there; the next one is not.
      'rebinding.example': ['192.0.2.1,10.1.2.3', '127.0.0.1'],
    });
    const upstream = undiciUpstream({ resolve });
    const before = reached.length;
    for (const host of ['inner', 'mapped', 'metadata', 'rebinding', 'rebinding']) {
      expect(await kindOf(upstream, `http://${host}.example:${port}`), host).toBe('forbidden');
    }
    expect(resolve.asked).toBeGreaterThan(4);
    expect(reached).toHaveLength(before);
    await upstream.close();
  });

  test('connects to the address that was looked at, and never asks for it again', async () => {
    // Allowed as an address, so that something answers; what the name means later plays no part.
    const resolve = names({ 'moving.example': ['127.0.0.5,10.9.9.9', '127.0.0.1'] });
    const upstream = undiciUpstream({ resolve, allowed: ['127.0.0.5'] });
    expect(await kindOf(upstream, `http://moving.example:${port}`)).toBe('200');
    expect(resolve.asked).toBe(1);
    await upstream.close();
  });

  test.each([
    ['a name', ['inner.example'], '200'],
    ['a name in other letters', ['INNER.example'], '200'],
    ['an address', ['127.0.0.1'], '200'],
    ['a network', ['127.0.0.0/8'], '200'],
    ['another network', ['10.0.0.0/8', '::1', 'other.example'], 'forbidden'],
  ])('goes to %s that the operator allows', async (_, allowed, expected) => {
    const upstream = undiciUpstream({ allowed, resolve: names({ 'inner.example': ['127.0.0.1'] }) });
    expect(await kindOf(upstream, `http://inner.example:${port}`)).toBe(expected);
    await upstream.close();
  });

  test('a connection that an operator’s own request has opened is none of its own', async () => {
    const upstream = undiciUpstream();
    const { publicOnly: _, ...open } = request(`http://127.0.0.1:${port}`);
    const answer = await upstream.send(open);
    await answer.body.whole(10_000);
    expect(await kindOf(upstream, `http://127.0.0.1:${port}`)).toBe('forbidden');
    await upstream.close();
  });

  test('is followed where it is sent, and asked anew at each step', async () => {
    const resolve = names({ 'a.example': ['127.0.0.5'], 'b.example': ['127.0.0.5'], 'c.example': ['127.0.0.6'] });
    const upstream = undiciUpstream({ resolve, allowed: ['127.0.0.5'] });
    const read = (path: string) =>
      fetchPublic(upstream, {
        url: `http://a.example:${port}${path}`,
        headers: { authorization: 'Bearer secret' },
        bytesMax: 10_000,
      });
    const to = (url: string) => `/?to=${encodeURIComponent(url)}`;
    const same = await read(to('/there'));
    expect(same.body.toString()).toContain('Bearer secret');
    const other = await read(to(`http://b.example:${port}/there`));
    expect(other.body.toString()).not.toContain('Bearer secret');
    const before = reached.length;
    for (const url of [
      `http://c.example:${port}`,
      `http://127.0.0.1:${port}`,
      'file:///etc/passwd',
      'http://u:p@b.example',
    ]) {
      await expect(read(to(url)), url).rejects.toMatchObject({ kind: 'invalid_parameter' });
    }
    // The first step of each, and nothing behind it.
    expect(reached).toHaveLength(before + 4);
    await expect(read(to(`http://a.example:${port}${to(to(to(to(to(to('/'))))))}`))).rejects.toMatchObject({
      kind: 'invalid_parameter',
    });
    await upstream.close();
  });
});
