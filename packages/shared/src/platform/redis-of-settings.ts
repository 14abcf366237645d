import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseRedisUrl, type RedisConnection } from './redis-url.ts';
import { UserError } from './user-error.ts';

/** Where the Redis of the settings is, with the authority that its certificate is checked by. Throws UserError. */
export const redisOfSettings = async (settings: { redisUrl: string; redisCa: string }): Promise<RedisConnection> => {
  const connection = parseRedisUrl(settings.redisUrl);
  if (settings.redisCa === '') return connection;
  if (!connection.tls)
    throw new UserError(
      `REDIS_CA is set, but REDIS_URL begins with ${schemes[connection.kind]}: all of it, the password too, would go in plain text.`,
      `Write ${schemes[connection.kind].replace('redis', 'rediss')} in REDIS_URL, or unset REDIS_CA.`,
    );
  return { ...connection, ca: await readCertificates(settings.redisCa) };
};

const schemes = { single: 'redis://', sentinel: 'redis+sentinel://' };

/** TLS takes any text as a CA and then trusts nobody without a word about it: so it is read here. */
async function readCertificates(path: string): Promise<string> {
  const remedy = 'Let REDIS_CA (--redis-ca) name a file with certificates as PEM.';
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new UserError(`REDIS_CA cannot be read: ${error.message}`, remedy);
  });
  try {
    new X509Certificate(text);
    return text;
  } catch {
    throw new UserError(`REDIS_CA names ${path}, which holds no certificate.`, remedy);
  }
}
