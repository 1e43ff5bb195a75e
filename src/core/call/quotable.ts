// A provider may quote the credential that it was sent; nobody else is to read it.

/** Shorter parts are no secrets, and would be found in any text. */
const secretLengthMin = 8;

interface Quoted {
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
}

/** A credential of several parts is joined by colons; each is one that could be quoted. */
export function quotable<Said extends Quoted>(said: Said, credential: string | undefined): Said {
  if (credential === undefined) return said;
  const secrets = [credential, ...credential.split(':')].filter((part) => part.length >= secretLengthMin);
  const clean = (text: string): string => secrets.reduce((rest, part) => rest.replaceAll(part, '[credential]'), text);
  const { type, code, param } = said;
  return {
    ...said,
    message: clean(said.message),
    ...(type === undefined ? {} : { type: clean(type) }),
    ...(code === undefined ? {} : { code: clean(code) }),
    ...(param === undefined ? {} : { param: clean(param) }),
  };
}
