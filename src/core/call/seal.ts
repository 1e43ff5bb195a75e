// By which the maker of a thought knows it again: nobody else can read it, and nobody else may be sent it.
import { type WireFormat, wireFormats } from './wire-format.ts';

export interface Seal {
  /** The form that its maker writes. */
  readonly maker: WireFormat;
  readonly data: string;
  /** There is nothing beside it that anybody could read. */
  readonly redacted?: boolean;
}

const foreign = /^faregate:([a-z0-9-]+):(redacted:)?(.*)$/s;

/** For a dialect that has one field for seals: those of its own maker stand there bare, others say whose they are. */
export function sealText({ maker, data, redacted }: Seal, own: WireFormat): string {
  return maker === own ? data : `faregate:${maker}:${redacted === true ? 'redacted:' : ''}${data}`;
}

export function readSeal(text: string, own: WireFormat): Seal {
  const [, name, redacted, data] = foreign.exec(text) ?? [];
  const maker = wireFormats.find((each) => each === name);
  if (maker === undefined || data === undefined) return { maker: own, data: text };
  return { maker, data, ...(redacted === undefined ? {} : { redacted: true }) };
}
