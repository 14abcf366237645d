import { UserError } from './user-error.ts';

/** Where Redis is. Sentinel and Cluster will be further kinds. */
export type RedisConnection = {
  kind: 'single';
  host: string;
  port: number;
  username?: string;
  password?: string;
  db: number;
  tls: boolean;
  /** PEM: whose certificates are believed, instead of those that Node believes by itself. */
  ca?: string;
};

/**
 * `redis://[[user]:password@]host[:port][/db]`, or rediss:// for TLS (the server's certificate is verified).
 * Throws UserError that names REDIS_URL and never shows the password.
 */
export const parseRedisUrl = (url: string): RedisConnection => {
  const parsed = URL.parse(url.trim());
  if (!parsed) throw badUrl('is not a URL');
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:')
    throw badUrl(`has the scheme ${parsed.protocol}//`);
  if (parsed.hostname === '') throw badUrl('names no host');
  if (parsed.search !== '' || parsed.hash !== '')
    throw badUrl('carries a ? or # part; percent-encode it in a password');
  const db = /^\/?(\d{0,5})$/.exec(parsed.pathname)?.[1];
  if (db === undefined) throw badUrl(`has the database ${JSON.stringify(parsed.pathname.slice(1))}, not a number`);
  return {
    kind: 'single',
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? 6379 : Number(parsed.port),
    ...(parsed.username === '' ? {} : { username: decoded(parsed.username) }),
    ...(parsed.password === '' ? {} : { password: decoded(parsed.password) }),
    db: Number(db),
    tls: parsed.protocol === 'rediss:',
  };
};

function badUrl(what: string): UserError {
  return new UserError(
    `REDIS_URL ${what}`,
    'Expected redis://[[user]:password@]host[:port][/db], or rediss:// for TLS. Percent-encode special characters.',
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badUrl('has a % in user or password that starts no percent-encoding (write it as %25)');
  }
}
