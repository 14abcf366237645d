/**
 * What this machine or this process has run out of, so that no connection could be made: files, ports or memory. That says nothing
 * about the host. Undefined: it was something else.
 */
export const lackOfMachine = (cause: unknown): string | undefined =>
  [cause, ...attemptsOf(cause)].map(lackOf).find((code) => code !== undefined);

const lacks: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

const lackOf = (error: unknown): string | undefined => {
  const { code, address } = error as { code?: unknown; address?: unknown };
  if (typeof code !== 'string') return undefined;
  // No port is left; to an IPv6 address it may also mean that this machine has none of that kind itself.
  if (code === 'EADDRNOTAVAIL') return typeof address === 'string' && !address.includes(':') ? code : undefined;
  return lacks.has(code) ? code : undefined;
};

/** Node tries several addresses of a name, and tells of each. */
const attemptsOf = (cause: unknown): unknown[] => (cause instanceof AggregateError ? cause.errors : []);
