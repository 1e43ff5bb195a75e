// A provider may quote the credential that it was sent; nobody else is to read it.

/** Shorter parts are no secrets, and would be found in any text. */
const secretLengthMin = 8;

/** A credential of several parts is joined by colons; each is one that could be quoted. */
export function withoutCredential(text: string, credential: string | undefined): string {
  if (credential === undefined) return text;
  return [credential, ...credential.split(':')]
    .filter((part) => part.length >= secretLengthMin)
    .reduce((rest, part) => rest.replaceAll(part, '[credential]'), text);
}
