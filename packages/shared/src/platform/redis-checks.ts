import type { Redis } from './redis.ts';
import { type RedisFacts, redisFacts } from './redis-facts.ts';
import { UserError } from './user-error.ts';

/** One thing about a Redis that does not fit, with the command or redis.conf line that mends it. */
export type Check = { setting: string; found: string; wanted: string; why: string; remedy: string };

export type RedisReport = { problems: Check[]; warnings: Check[]; facts: RedisFacts };

/** Thrown for a Redis on which the promises of Trawl cannot be kept. */
export class UnfitRedis extends UserError {
  override name = 'UnfitRedis';
}

const lowMemoryBytes = 256 * 1024 ** 2;

/** `problems` break a promise and are refused at start; `warnings` cost memory or durability. */
export const checkRedis = async (redis: Redis): Promise<RedisReport> => {
  const facts = await redisFacts(redis);
  return { problems: problemsOf(facts), warnings: warningsOf(facts), facts };
};

/** Throws UnfitRedis that names every problem at once; otherwise gives the report, whose warnings are the caller's to log. */
export const refuseUnfitRedis = async (redis: Redis): Promise<RedisReport> => {
  const report = await checkRedis(redis);
  if (report.problems.length === 0) return report;
  throw new UnfitRedis(
    ['This Redis cannot be used:', ...report.problems.map((check) => `  ${describeCheck(check)}`)].join('\n'),
    report.problems.map((check) => check.remedy).join('\n'),
  );
};

/** One line for a person: `maxmemory-policy is allkeys-lru, must be noeviction: eviction would ...`. */
export const describeCheck = (check: Check): string =>
  `${check.setting} is ${check.found}, must be ${check.wanted}: ${check.why}`;

export const problemsOf = (facts: RedisFacts): Check[] => {
  const problems: Check[] = [];
  if (majorOf(facts.version) < 7)
    problems.push({
      setting: 'version',
      found: facts.product,
      wanted: 'Redis 7 or Valkey 7.2 or newer',
      why: 'older servers lack commands that the scripts use',
      remedy: 'Upgrade the server, or unset REDIS_URL to let Trawl start its own.',
    });
  if (facts.maxmemoryPolicy !== undefined && facts.maxmemoryPolicy !== 'noeviction')
    problems.push({
      setting: 'maxmemory-policy',
      found: facts.maxmemoryPolicy,
      wanted: 'noeviction',
      why: 'an evicted key is a lost outcome or a lost lock',
      remedy: setTo('maxmemory-policy', 'noeviction'),
    });
  if (facts.mode === 'cluster')
    problems.push({
      setting: 'cluster-enabled',
      found: 'yes',
      wanted: 'no',
      why: 'Trawl speaks to a single server',
      remedy: 'Let REDIS_URL name a server without cluster mode.',
    });
  if (facts.role !== 'master')
    problems.push({
      setting: 'role',
      found: facts.role,
      wanted: 'master',
      why: 'a replica refuses writes',
      remedy: 'Let REDIS_URL name the primary, not a replica.',
    });
  return problems;
};

export const warningsOf = (facts: RedisFacts): Check[] => {
  const warnings: Check[] = [];
  if (facts.appendonly === false)
    warnings.push({
      setting: 'appendonly',
      found: 'no',
      wanted: 'yes',
      why: 'an outcome may be lost when Redis dies',
      remedy: setTo('appendonly', 'yes'),
    });
  if (facts.appendonly === true && facts.appendfsync === 'no')
    warnings.push({
      setting: 'appendfsync',
      found: 'no',
      wanted: 'everysec',
      why: 'the last half minute may be lost when the machine dies',
      remedy: setTo('appendfsync', 'everysec'),
    });
  if (facts.hashMaxListpackValue !== undefined && facts.hashMaxListpackValue < 512)
    warnings.push({
      setting: 'hash-max-listpack-value',
      found: String(facts.hashMaxListpackValue),
      wanted: '512 or more',
      why: 'a job in the queue takes up to 2.5 times the memory',
      remedy: setTo('hash-max-listpack-value', '512'),
    });
  if (facts.maxmemoryBytes > 0 && facts.maxmemoryBytes < lowMemoryBytes)
    warnings.push({
      setting: 'maxmemory',
      found: `${Math.round(facts.maxmemoryBytes / 1024 ** 2)}mb`,
      wanted: '256mb or more',
      why: 'a full Redis refuses writes and the crawl stands still',
      remedy: setTo('maxmemory', '1gb'),
    });
  if (!facts.configAllowed)
    warnings.push({
      setting: 'CONFIG GET',
      found: 'forbidden',
      wanted: 'allowed',
      why: 'appendfsync and hash-max-listpack-value could not be checked',
      remedy:
        'Set appendfsync everysec and hash-max-listpack-value 512 at your provider, or allow it: ACL SETUSER <user> +config|get.',
    });
  return warnings;
};

function majorOf(version: string): number {
  return Number.parseInt(version, 10) || 0;
}

function setTo(setting: string, value: string): string {
  return `redis-cli CONFIG SET ${setting} ${value}   (and "${setting} ${value}" in redis.conf, to keep it)`;
}
