// A provider may quote the credential that it was sent; nobody else is to read it.

/** Shorter parts are no secrets, and would be found in any text. */
const secretLengthMin = 8;

interface Quoted {
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
}

export function quotable<Said extends Quoted>(said: Said, credential: string | undefined): Said {
  if (credential === undefined) return said;
  const secrets = secretsIn(credential);
  const clean = (text: string): string => without(secrets, text);
  const { type, code, param } = said;
  return {
    ...said,
    message: clean(said.message),
    ...(type === undefined ? {} : { type: clean(type) }),
    ...(code === undefined ? {} : { code: clean(code) }),
    ...(param === undefined ? {} : { param: clean(param) }),
  };
}

/** Before anybody cuts its words, since a part of a secret is not found again. */
export function unquoted(body: Buffer, credential: string | undefined): Buffer {
  if (credential === undefined || credential === '') return body;
  const quoted = [credential, ...secretsIn(credential)].filter((part) => body.includes(part));
  return quoted.length === 0 ? body : Buffer.from(without(quoted, body.toString('utf8')));
}

/** A credential of several parts is joined by colons; each is one that could be quoted. */
function secretsIn(credential: string): readonly string[] {
  return [credential, ...credential.split(':')].filter((part) => part.length >= secretLengthMin);
}

function without(secrets: readonly string[], text: string): string {
  return secrets.reduce((rest, part) => rest.replaceAll(part, '[credential]'), text);
}
