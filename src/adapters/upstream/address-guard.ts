// Where an address may lead that is not the operator's word: to public addresses, and to what the operator has allowed.
import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { buildConnector } from 'undici';

/** Says which addresses a name has, as `dns.lookup` does with `all`. */
export type Resolve = (
  name: string,
  options: LookupOptions & { readonly all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface GuardSettings {
  /** Host names, addresses and networks such as `10.0.0.0/8`. */
  readonly allowed?: readonly string[];
  readonly resolve?: Resolve;
}

export const forbiddenCode = 'FAREGATE_FORBIDDEN_ADDRESS';

export class ForbiddenAddress extends Error {
  readonly code = forbiddenCode;

  constructor(host: string) {
    super(`${host} leads to an address that is not public, and that the operator has not allowed.`);
    this.name = 'ForbiddenAddress';
  }
}

export interface AddressGuard {
  /** Whether a connection to `address` may stand that was made for the name `host`. */
  allows(host: string, address: string): boolean;
  readonly resolve: Resolve;
}

/** @throws RangeError for what is no name, address or network. */
export function addressGuard({ allowed = [], resolve = systemLookup }: GuardSettings = {}): AddressGuard {
  const names = new Set<string>();
  const networks = new BlockList();
  for (const entry of allowed) {
    const [address = '', bits] = entry.split('/');
    const family = familyOf(address);
    if (family === undefined) {
      if (bits !== undefined || !hostName.test(entry)) throw notAHost(entry);
      names.add(entry.toLowerCase());
    } else {
      const length = bits === undefined ? bitsOf[family] : Number(bits);
      if (!/^\d*$/.test(bits ?? '') || length > bitsOf[family]) throw notAHost(entry);
      networks.addSubnet(bare(address), length, family);
    }
  }
  return {
    resolve,
    allows(host, address) {
      if (names.has(bare(host).toLowerCase())) return true;
      const family = familyOf(address);
      return family !== undefined && (isPublic(address) || networks.check(bare(address), family));
    },
  };
}

/** Connects only to an address that was looked at itself: what the name means a moment later plays no part. */
export function guardedConnector(guard: AddressGuard, timeout: number): buildConnector.connector {
  const connect = buildConnector({
    timeout,
    lookup: (name: string, options: LookupOptions, done: (...answer: never) => void) => {
      const answer = done as unknown as (error: Error | null, found: unknown, family?: number) => void;
      guard.resolve(name, { ...options, all: true }, (error, addresses) => {
        if (error) return answer(error, []);
        const open = addresses.filter(({ address }) => guard.allows(name, address));
        const [first] = open;
        if (!first) return answer(new ForbiddenAddress(name), []);
        return options.all === true ? answer(null, open) : answer(null, first.address, first.family);
      });
    },
  });
  return (options, done) => {
    const host = bare(options.hostname);
    // An address that is written out is not looked up.
    if (isIP(host) !== 0 && !guard.allows(host, host)) {
      done(new ForbiddenAddress(host), null);
      return;
    }
    connect(options, (...[error, socket]) => {
      if (error) return done(error, null);
      if (guard.allows(host, socket.remoteAddress ?? '')) return done(null, socket);
      socket.destroy();
      return done(new ForbiddenAddress(host), null);
    });
  };
}

type Family = 'ipv4' | 'ipv6';
const bitsOf = { ipv4: 32, ipv6: 128 } as const satisfies Record<Family, number>;

// Registries of special-purpose addresses: IANA, by RFC 6890. What is not for everybody is for nobody here.
const closed = blockList('ipv4', [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // A cloud's own host beside each machine, at an address that looks public.
  '168.63.129.16/32',
]);
const mapped = blockList('ipv6', ['::ffff:0:0/96']);
const global6 = blockList('ipv6', ['2000::/3']);
// Those that carry an IPv4 address in them (Teredo, 6to4) lead wherever that one does.
const closed6 = blockList('ipv6', ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

export function isPublic(text: string): boolean {
  const address = bare(text);
  const family = familyOf(address);
  if (family === undefined) return false;
  if (family === 'ipv4') return !closed.check(address, 'ipv4');
  // Written as IPv6, it is still an IPv4 address, and the list of those is asked.
  if (mapped.check(address, 'ipv6')) return !closed.check(address, 'ipv6');
  return global6.check(address, 'ipv6') && !closed6.check(address, 'ipv6');
}

function blockList(family: Family, networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function familyOf(text: string): Family | undefined {
  const version = isIP(bare(text));
  // An address with a zone is one of this machine's own links.
  if (version === 0 || text.includes('%')) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}

function bare(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

const hostName = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i;

function notAHost(entry: string): RangeError {
  return new RangeError(
    `Of the private hosts that are allowed "${entry}" is no host name, no address and no network such as 10.0.0.0/8.`,
  );
}
