const common = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

const ours =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Bull Board has a <base>, styles in the page and pictures in its style sheets; its fonts from elsewhere are not fetched. */
const bullBoards =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'";

/** Of every answer, also of refusals. @param path without the query */
export const securityHeaders = (path: string): Record<string, string> => ({
  ...common,
  'content-security-policy': path === '/queues' || path.startsWith('/queues/') ? bullBoards : ours,
  ...(path.startsWith('/assets/') || path.startsWith('/queues/static/') ? {} : { 'cache-control': 'no-store' }),
});
