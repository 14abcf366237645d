/** Decided by the connection, the URL or the length of the body, never by a user. */
const notTheirs =
  /^(host|content-length|transfer-encoding|connection|upgrade|expect|keep-alive|te|trailer|http2-settings|proxy-.*)$/i;

/** False for headers that say what only the client itself knows. */
export const mayBeGiven = (name: string): boolean => !notTheirs.test(name);

export const headerNamePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
