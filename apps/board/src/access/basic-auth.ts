/**
 * The name and password of an `Authorization: Basic` header as UTF-8; undefined where there is none. Control characters are in
 * none (RFC 7617); to scrypt a password with zero bytes behind it would be the same one.
 */
export const readBasicAuth = (header: string | undefined): { user: string; password: string } | undefined => {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 || /\p{Cc}/u.test(text)
    ? undefined
    : { user: text.slice(0, colon), password: text.slice(colon + 1) };
};

export const basicChallenge = 'Basic realm="Trawl", charset="UTF-8"';
