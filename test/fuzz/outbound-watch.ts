// Everything in this process that connects to anywhere is noticed, with where to.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

export interface OutboundWatch {
  /** `host:port` of every attempt, and every name that was looked up. */
  readonly seen: ReadonlyMap<string, number>;
  stop(): void;
}

export function watchOutbound(): OutboundWatch {
  const seen = new Map<string, number>();
  const note = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1);
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    socket.on('connectionAttempt', (address: string, port: number) => note(`${address}:${port}`));
    socket.on('lookup', (_error, _address, _family, host: string) => note(`name ${host}`));
  };
  subscribe('net.client.socket', onSocket);
  return { seen, stop: () => void unsubscribe('net.client.socket', onSocket) };
}
