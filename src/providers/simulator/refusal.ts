/** The error object of the simulated API. */
export interface ApiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

/** Thrown by the parsers of this folder and caught once, where a request is read. */
export class Refusal extends Error {
  readonly status: number;
  readonly error: ApiError;

  constructor(status: number, message: string, about: { readonly param?: string; readonly code?: string } = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.error = { message, type: 'invalid_request_error', param: about.param ?? null, code: about.code ?? null };
  }
}

export function renderError(error: ApiError): string {
  return JSON.stringify({ error });
}

/** The error that a caller asked for by status: worded, typed and coded as OpenAI answers it. */
export function errorOfStatus(status: number, code: string | undefined): ApiError {
  const known = knownErrors.get(status) ?? (status < 500 ? refused : broken);
  return { message: known.message, type: known.type, param: null, code: code ?? known.code };
}

interface KnownError {
  readonly message: string;
  readonly type: string;
  readonly code: string | null;
}

const refused: KnownError = {
  message: 'The simulator was asked to refuse this request.',
  type: 'invalid_request_error',
  code: null,
};

const broken: KnownError = {
  message: 'The server had an error while processing your request. Sorry about that!',
  type: 'server_error',
  code: null,
};

const knownErrors: ReadonlyMap<number, KnownError> = new Map([
  [
    401,
    {
      message: 'Incorrect API key provided: sim. You can find your API key in your account settings.',
      type: 'invalid_request_error',
      code: 'invalid_api_key',
    },
  ],
  [
    403,
    {
      message: 'Country, region, or territory not supported',
      type: 'request_forbidden',
      code: 'unsupported_country_region_territory',
    },
  ],
  [
    429,
    {
      message: 'Rate limit reached for requests. Please try again later.',
      type: 'requests',
      code: 'rate_limit_exceeded',
    },
  ],
  [
    503,
    {
      message: 'The server is currently overloaded with other requests. Sorry about that!',
      type: 'server_error',
      code: null,
    },
  ],
]);
