// What a provider key of Amazon's holds: keys that sign, or one API key that is shown as it is.

export type Credentials =
  | {
      readonly kind: 'keys';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    }
  | { readonly kind: 'bearer'; readonly token: string };

/** `accessKeyId:secretAccessKey[:sessionToken]`; anything else is an API key, in which there are no colons. */
export function credentialsIn(secret: string): Credentials {
  const [, accessKeyId, secretAccessKey, sessionToken] = /^([A-Z0-9]{16,128}):([^:]+)(?::(.+))?$/.exec(secret) ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined) return { kind: 'bearer', token: secret };
  return {
    kind: 'keys',
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
