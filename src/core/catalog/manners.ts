// Where a provider departs from the dialect that its adapter speaks: a closed set of settings, so that a provider of a
// known dialect stays data.

/** Fields that a provider may refuse, and without which the answer is the same. */
export const dispensableFields = [
  /** It tells its usage unasked. */
  'stream_options',
  /** The limit is written in the other one's field. */
  'max_tokens',
  'max_completion_tokens',
  'user',
  'store',
  'metadata',
  'safety_identifier',
  'prompt_cache_key',
  /** What a model thought in earlier turns. */
  'reasoning_content',
] as const;
export type DispensableField = (typeof dispensableFields)[number];

export const credentialHeaders = ['authorization', 'api-key', 'x-api-key'] as const;
export type CredentialHeader = (typeof credentialHeaders)[number];

export interface Manners {
  readonly leavesOut: ReadonlySet<DispensableField>;
  /** `authorization` carries it as a bearer's. */
  readonly credentialHeader: CredentialHeader;
  /** Sent with every call. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the address does not say it. */
  readonly region?: string;
}

const plainManners: Manners = { leavesOut: new Set(), credentialHeader: 'authorization', headers: {} };

export function mannersOf({ manners }: { readonly manners?: Manners }): Manners {
  return manners ?? plainManners;
}

/** From a provider's settings as they are kept; whatever is none of these was not set by us. */
export function readManners(settings: Readonly<Record<string, unknown>>): Manners | undefined {
  const { leaves_out: left, credential_header: header, headers, region } = settings;
  const said = {
    leavesOut: new Set(dispensableFields.filter((field) => Array.isArray(left) && left.includes(field))),
    credentialHeader: credentialHeaders.find((each) => each === header) ?? plainManners.credentialHeader,
    headers: Object.fromEntries(
      Object.entries(typeof headers === 'object' && headers !== null ? headers : {}).filter(isHeader),
    ),
    ...(typeof region === 'string' ? { region } : {}),
  };
  const isPlain = said.leavesOut.size === 0 && Object.keys(said.headers).length === 0 && region === undefined;
  return isPlain && said.credentialHeader === plainManners.credentialHeader ? undefined : said;
}

function isHeader(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string' && isHeaderOfOurs(entry[0]) && headerValue.test(entry[1]);
}

/** What is printed in catalogues and logs must not be where a secret belongs, nor decide how the bytes are read. */
export function isHeaderOfOurs(name: string): boolean {
  return (
    /^[a-z][a-z0-9-]{0,63}$/.test(name) &&
    !/auth|key|token|secret|cookie|^host$|^content-|^accept|^connection$|^transfer-/.test(name)
  );
}

export const headerValue = /^[\x20-\x7e]{1,200}$/;
export const regionName = /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/;
