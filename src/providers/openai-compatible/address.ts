// Where a provider's base URL leads, parsed once.

interface Address {
  readonly origin: string;
  readonly path: string;
  readonly search: string;
}

const addresses = new Map<string, Address>();

export function addressOf(url: string): Address {
  const known = addresses.get(url);
  if (known) return known;
  const { origin, pathname, search } = new URL(url);
  const address = { origin, path: pathname.replace(/\/$/, ''), search };
  addresses.set(url, address);
  return address;
}
