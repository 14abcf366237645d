import { variableOf } from '@trawl/shared/domain/setting.ts';
import { processSettings } from '@trawl/shared/platform/process-settings.ts';
import { problemsOf, warningsOf } from '@trawl/shared/platform/redis-checks.ts';
import type { RedisFacts } from '@trawl/shared/platform/redis-facts.ts';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../../apps/cli/src/commands/commands.ts';
import { readFromRoot } from '../support/repository-files.ts';

type Service = {
  image?: string;
  user?: string;
  command?: string[];
  ports?: string[];
  environment?: Record<string, string>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  pids_limit?: number;
  logging?: { options: Record<string, string> };
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  stop_grace_period?: string;
  healthcheck?: object;
  profiles?: string[];
} & Record<string, unknown>;

const readServices = (path: string): [name: string, service: Service][] =>
  Object.entries((parse(readFromRoot(path), { merge: true }) as { services: Record<string, Service> }).services);

const services = readServices('docker-compose.yml');
const serviceOf = (name: string): Service => Object.fromEntries(services)[name] ?? {};
const fleet = ['producer', 'worker', 'collector', 'board'];

/** Names of the services for which it does not hold. */
const exceptions = (holds: (service: Service) => boolean): string[] =>
  services.flatMap(([name, service]) => (holds(service) ? [] : [name]));

/** The arguments `--name value` of redis-server, with the defaults of variables. */
const redisFlags = (command: string[] = []): Record<string, string> =>
  Object.fromEntries(
    command.slice(1).map((argument) => {
      const [, name = '', value = ''] = /^--(\S+) (.*)$/.exec(argument) ?? [];
      return [name, value.replace(/^\$\{\w+:-([^}]*)\}$/, '$1')];
    }),
  );

const factsOf = (flags: Record<string, string>): RedisFacts => ({
  engine: 'redis',
  version: /redis:(\d+)/.exec(serviceOf('redis').image ?? '')?.[1] ?? '0',
  product: 'the Redis of the compose file',
  mode: 'standalone',
  role: 'master',
  maxmemoryPolicy: flags['maxmemory-policy'],
  maxmemoryBytes: Number.parseInt(flags.maxmemory ?? '0', 10) * 1024 ** 3,
  usedMemoryBytes: 0,
  appendonly: flags.appendonly === 'yes',
  appendfsync: flags.appendfsync,
  hashMaxListpackValue: Number(flags['hash-max-listpack-value']),
  configAllowed: true,
});

describe('every container of docker-compose.yml', () => {
  test('has a read-only root, no capability, no way to more rights, and a bound on processes and on its log', () => {
    expect(services.length).toBeGreaterThan(5);
    expect(exceptions((service) => service.read_only === true)).toEqual([]);
    expect(exceptions((service) => service.cap_drop?.includes('ALL') === true)).toEqual([]);
    expect(exceptions((service) => service.security_opt?.includes('no-new-privileges:true') === true)).toEqual([]);
    expect(exceptions((service) => (service.pids_limit ?? 0) > 0)).toEqual([]);
    expect(exceptions((service) => service.logging?.options['max-size'] !== undefined)).toEqual([]);
    expect(exceptions((service) => !('privileged' in service) && !('network_mode' in service))).toEqual([]);
  });

  test('is reached from this machine at most', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports);
    expect(published.length).toBeGreaterThan(0);
    expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  test('may exist several times, where no port of it is published', () => {
    expect(exceptions((service) => !('container_name' in service) && !('hostname' in service))).toEqual([]);
    expect(['producer', 'worker', 'collector'].filter((name) => serviceOf(name).ports !== undefined)).toEqual([]);
  });
});

describe('the processes of the fleet in docker-compose.yml', () => {
  test('run whenever it is up, begin when Redis answers, and come back when they die', () => {
    for (const name of fleet)
      expect(serviceOf(name)).toMatchObject({
        depends_on: { redis: { condition: 'service_healthy' } },
        restart: 'unless-stopped',
      });
    expect(fleet.filter((name) => serviceOf(name).profiles !== undefined)).toEqual([]);
    expect(serviceOf('redis').healthcheck).toBeDefined();
  });

  test('have more time to stop than they may take, and take more than the grace of a worker', () => {
    const lifecycle = readFromRoot('packages/shared/src/platform/lifecycle.ts');
    const deadlineMs = Number(/defaultStopDeadlineMs = ([\d_]+)/.exec(lifecycle)?.[1]?.replaceAll('_', ''));
    expect(deadlineMs).toBeGreaterThan(processSettings.graceMs.default);
    const graces = fleet.map((name) => Number.parseInt(serviceOf(name).stop_grace_period ?? '0', 10) * 1000);
    expect(Math.min(...graces)).toBeGreaterThan(deadlineMs);
  });

  test('are told nothing that Trawl does not know', () => {
    const known = new Set(commands.flatMap((command) => Object.values(command.flags).map(variableOf)));
    const files = [...services, ...readServices('deploy/compose.access.yaml')];
    const told = files.flatMap(([, { environment = {} }]) => Object.keys(environment));
    const inImage = [...readFromRoot('Dockerfile').matchAll(/\b(TRAWL_\w+)=/g)].map(([, name = '']) => name);
    expect(inImage.length).toBeGreaterThan(0);
    expect([...told, ...inImage].filter((variable) => !known.has(variable))).toEqual([]);
  });

  test('keep what they share where the image says that data lies', () => {
    expect(readFromRoot('Dockerfile')).toContain('TRAWL_DATA_DIR=/data');
    for (const name of fleet) expect(serviceOf(name).volumes).toContain('data:/data');
  });
});

describe('Redis as docker-compose.yml starts it', () => {
  const guarded = Object.fromEntries(readServices('deploy/compose.access.yaml')).redis ?? {};
  const cases = { 'by itself': serviceOf('redis').command, 'with deploy/compose.access.yaml': guarded.command };

  test.each(Object.entries(cases))('passes every check of Trawl without a warning: %s', (_, command) => {
    const facts = factsOf(redisFlags(command));
    expect([...problemsOf(facts), ...warningsOf(facts)]).toEqual([]);
  });

  test('runs as its own user, and keeps its data in a volume', () => {
    expect(serviceOf('redis')).toMatchObject({ user: 'redis', volumes: ['redis:/data'] });
  });

  test('is not to be had without TLS and a user where other machines reach it', () => {
    const flags = redisFlags(guarded.command);
    expect(flags).toMatchObject({ port: '0', 'tls-port': '6379', aclfile: '/run/redis/users.acl' });
    expect(flags).not.toHaveProperty('protected-mode');
    expect(guarded.ports?.join()).toMatch(/^\$\{REDIS_ADDRESS:\?/);
  });
});
