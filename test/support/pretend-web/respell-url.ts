/**
 * Other spellings of one URL: to WHATWG eyes (less the fragment) each result is the URL that was given.
 * A spelling answers undefined for a URL that it does not fit.
 */
export const spellings: readonly ((url: string) => string | undefined)[] = [
  (url) => url,
  (url) => `${url}#section-2`,
  (url) => url.replace(/^http:/, 'HTTP:'),
  (url) => url.replace(/^(http:\/\/[^/]+)\//, '$1/gone/../'),
  (url) => (url.startsWith('http://127.') ? url.replace('http://127.', 'http://0X7F.') : undefined),
  (url) => (hostInLetters.test(url) ? url.replace(hostInLetters, (start) => start.toUpperCase()) : undefined),
  (url) => (withoutPort.test(url) ? url.replace(withoutPort, '$1:80/') : undefined),
];

const hostInLetters = /^http:\/\/[a-z][^/:]*/;
const withoutPort = /^(http:\/\/[^/:]+)\//;
