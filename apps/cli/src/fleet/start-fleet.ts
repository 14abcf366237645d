import { setTimeout as delay } from 'node:timers/promises';
import { variableOf } from '@trawl/shared/domain/setting.ts';
import { processSettings } from '@trawl/shared/platform/process-settings.ts';
import { fleetSettings } from '../commands/flags.ts';
import type { CommandRedis } from '../redis-of-command.ts';
import type { Shell } from '../shell.ts';
import { startChild } from './child.ts';
import { childEnvironment } from './child-environment.ts';
import { readLastWords } from './last-words.ts';
import { type Fleet, type Member, supervise } from './supervise.ts';

export type FleetSurroundings = {
  place: CommandRedis;
  /** Flag -> what was given for it, by flags or the crawl file. */
  given: Record<string, unknown>;
  /** Absolute. */
  dataDir: string;
  notice: (text: string) => void;
  shell: Shell;
};

/** The processes set themselves 20 s. */
const beyondGraceMs = 25_000;

const graceOf = (environment: Record<string, string | undefined>): number => {
  const { graceMs } = processSettings;
  const given = graceMs.kind.schema.safeParse(environment[variableOf(graceMs)]);
  return given.success ? given.data : graceMs.default;
};

/** Starts real processes as members of a fleet, and keeps them running. */
export const startFleet = (members: Member[], surroundings: FleetSurroundings): Fleet => {
  const { place, given, dataDir, notice, shell } = surroundings;
  const settings = { table: fleetSettings, given, redisUrl: place.url, redisCa: place.redisCa, dataDir };
  // Nobody looks at the pages of a run's own processes, unless the user asks for them.
  const environment = { TRAWL_HEALTH: 'off', ...childEnvironment(shell.variables, settings) };
  let redisUpAtMs = Number.NEGATIVE_INFINITY;
  place.redis.on('ready', () => (redisUpAtMs = shell.now()));
  return supervise(members, {
    start: (plan) => startChild(plan, { execPath: shell.execPath, environment }),
    lastWords: (plan, child) => readLastWords(plan.logPath, child.logFromBytes),
    wasRedisUpSince: (ms) => place.redis.status === 'ready' && place.embedded?.isAlive() !== false && redisUpAtMs <= ms,
    stopDeadlineMs: graceOf(environment) + beyondGraceMs,
    notice,
    now: shell.now,
    wait: (ms, until) => delay(ms, undefined, { signal: until }).catch(() => undefined),
    kill: shell.kill,
  });
};
