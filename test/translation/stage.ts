// One gateway in front of one provider, with prices that tell the cache's part of a prompt from the rest.
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import type { OwnUpstream } from '#test/gateway/own-upstream.ts';
import { routeOf, startTwinGateway, targetOf, type TwinGateway } from '#test/gateway/twin-gateway.ts';
import { creditsOf } from '#test/gateway/wire.ts';
import type { Maker } from './makers/maker.ts';
import type { Door } from './speakers/speaker.ts';

export interface Stage {
  readonly maker: Maker;
  readonly upstream: OwnUpstream;
  /** A caller with a wallet of their own. */
  door(balance?: string): Promise<Door>;
  creditsAt(door: Door): ReturnType<typeof creditsOf>;
  stop(): Promise<void>;
}

export async function setStage(maker: Maker): Promise<Stage> {
  const upstream = await maker.start();
  const route = routeOf(targetOf(maker.model, upstream.provider));
  const twin: TwinGateway = await startTwinGateway({ routes: [route], prices: [priceOf(route.name)] });
  return {
    maker,
    upstream,
    door: async (balance = '1') => ({ url: twin.url, key: (await twin.key(balance)).key, model: route.name }),
    creditsAt: ({ url, key }) => creditsOf(url, key),
    async stop() {
      await twin.stop();
      upstream.stop();
    },
  };
}

function priceOf(name: string): PriceVersion {
  const perMillion = (meter: PriceComponent['meter'], price: string): PriceComponent => ({
    meter,
    price,
    per: '1000000',
    currency: 'usd',
  });
  return {
    id: name,
    subject: { kind: 'model', name },
    book: 'list',
    currency: 'usd',
    components: [
      perMillion('input', '1'),
      perMillion('cache_read', '0.1'),
      perMillion('cache_write_5m', '1.25'),
      perMillion('cache_write_1h', '2'),
      perMillion('output', '2'),
    ],
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}
