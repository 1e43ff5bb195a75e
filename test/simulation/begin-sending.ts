// A request that leaves the house: gets its script, and is kept with the call that it belongs to.
import type { UpstreamRequest } from '#ports/upstream.ts';
import { scriptFor } from './script.ts';
import type { Sending } from './sending.ts';
import type { Stage } from './stage.ts';
import { must } from './violation.ts';

export function beginSending(stage: Stage): (request: UpstreamRequest) => Sending {
  return ({ headers }) => {
    const record = stage.calls.get(headers['x-call'] ?? '');
    if (!record) throw new Error('A request was sent for a call that nobody made.');
    must(record.maySend, 'sent without its hold', () => record.requestId);
    const chance = stage.chance.fork(`call ${record.no} sending ${record.sendings.length}`);
    const outputTokensMax = Number(headers['x-output-max']);
    const { streamed, bodyBytes } = record.call;
    const script = scriptFor(chance, { streamed, bodyBytes, outputTokensMax });
    stage.probes.saw(`upstream: ${script.kind}${'end' in script ? ` that ${script.end}` : ''}`);
    const sending: Sending = {
      provider: headers['x-provider'] ?? '',
      script,
      outputTokensMax,
      givenUp: undefined,
      headAtMs: undefined,
      taken: [],
      closedAtMs: undefined,
      overAtMs: undefined,
      bodyEnd: undefined,
    };
    record.sendings.push(sending);
    stage.tell(`call ${record.no} is sent to ${sending.provider}: ${script.kind}`);
    return sending;
  };
}
