import { UserError } from './user-error.ts';

/** Where Redis is, and how one gets in. Cluster will be a further kind. */
export type RedisConnection = SingleRedis | SentinelRedis;

type Access = {
  username?: string;
  password?: string;
  db: number;
  tls: boolean;
  /** PEM: whose certificates are believed, instead of those that Node believes by itself. */
  ca?: string;
};

export type SingleRedis = Access & Endpoint & { kind: 'single' };

/** The master of that name, wherever the Sentinels say that it is now. */
export type SentinelRedis = Access & {
  kind: 'sentinel';
  sentinels: Endpoint[];
  name: string;
  sentinelUsername?: string;
  sentinelPassword?: string;
};

type Endpoint = { host: string; port: number };

export const redisUrlForms =
  'redis://[[user]:password@]host[:port][/db], or redis+sentinel://[[user]:password@]host[:port][,host[:port]...]/master-name[/db], or rediss for TLS';

const sentinelScheme = /^rediss?\+sentinel:\/\//i;

/**
 * `redis://[[user]:password@]host[:port][/db]`, or rediss:// for TLS (the server's certificate is verified);
 * `redis+sentinel://[[user]:password@]host[:port][,host[:port]...]/master-name[/db][?sentinel_username=...&sentinel_password=...]` names
 * Sentinels, port 26379, and is TLS to them and to Redis as rediss+sentinel://.
 * Throws UserError that names REDIS_URL and never shows the password.
 */
export const parseRedisUrl = (url: string): RedisConnection =>
  sentinelScheme.test(url.trim()) ? parseSentinelUrl(url.trim()) : parseSingleUrl(url.trim());

/** Where it is in words, without credentials. */
export const placeOf = (connection: RedisConnection): string =>
  connection.kind === 'single'
    ? spelt(connection)
    : `${connection.sentinels.map(spelt).join(',')} (Sentinel, master ${connection.name})`;

const spelt = ({ host, port }: Endpoint): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

function parseSingleUrl(url: string): SingleRedis {
  const parsed = URL.parse(url);
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
    ...endpointOf(parsed, 6379),
    ...credentialsOf(parsed),
    db: Number(db),
    tls: parsed.protocol === 'rediss:',
  };
}

/** Several hosts are nothing that a URL parser takes: it is given one at a time. What stands here may hold a password, and is not quoted. */
function parseSentinelUrl(url: string): SentinelRedis {
  const parts = /^(rediss?)\+sentinel:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^/?#]*))?(?:\/(\d{0,5}))?(\?[^#]*)?$/i.exec(
    url,
  );
  if (!parts) throw badUrl('does not end as /master-name[/db] behind the Sentinels');
  const [, scheme = '', userinfo = '', hosts = '', name = '', db = '', query = ''] = parts;
  if (hosts === '') throw badUrl('names no Sentinel');
  if (name === '') throw badUrl('names no master, as "sentinel monitor" in sentinel.conf does');
  const access = URL.parse(`redis://${userinfo}@host`);
  if (!access) throw badUrl('is not a URL');
  return {
    kind: 'sentinel',
    sentinels: hosts.split(',').map((host) => {
      const parsed = URL.parse(`redis://${host}`);
      if (!parsed || parsed.hostname === '') throw badUrl('names a Sentinel that is not host[:port]');
      return endpointOf(parsed, 26379);
    }),
    name: decoded(name),
    ...credentialsOf(access),
    ...sentinelCredentials(new URLSearchParams(query)),
    db: Number(db),
    tls: scheme.toLowerCase() === 'rediss',
  };
}

const endpointOf = ({ hostname, port }: URL, standardPort: number): Endpoint => ({
  host: hostname.replace(/^\[(.*)\]$/, '$1'),
  port: port === '' ? standardPort : Number(port),
});

const credentialsOf = ({ username, password }: URL): Pick<Access, 'username' | 'password'> => ({
  ...(username === '' ? {} : { username: decoded(username) }),
  ...(password === '' ? {} : { password: decoded(password) }),
});

/** Sentinels have users and passwords of their own, or none. */
function sentinelCredentials(query: URLSearchParams): Pick<SentinelRedis, 'sentinelUsername' | 'sentinelPassword'> {
  const known = ['sentinel_username', 'sentinel_password'];
  if ([...query.keys()].some((key) => !known.includes(key)))
    throw badUrl('carries a ? part with something else than sentinel_username and sentinel_password');
  const [username, password] = known.map((key) => query.get(key) ?? '');
  return { ...(username && { sentinelUsername: username }), ...(password && { sentinelPassword: password }) };
}

function badUrl(what: string): UserError {
  return new UserError(`REDIS_URL ${what}`, `Expected ${redisUrlForms}. Percent-encode special characters.`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badUrl('has a % in user or password that starts no percent-encoding (write it as %25)');
  }
}
