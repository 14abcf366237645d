import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { composeCommand, whyNotImages } from '../support/docker-tools.ts';
import { startPretendWeb } from '../support/pretend-web/start-pretend-web.ts';
import { redisProviders } from '../support/redis-providers.ts';
import { startTrawlCommand } from '../support/trawl-command.ts';
import { until } from '../support/until.ts';

/** The end of a title; also told aloud, since a skipped test is easily overlooked. */
const skipped = (what: string, reason: string | undefined): string => {
  if (reason === undefined) return '';
  process.stdout.write(`skipped: ${what}: ${reason}\n`);
  return ` (skipped: ${reason})`;
};

for (const { name, unavailable, start } of (await redisProviders()).slice(1)) {
  const note = skipped(`a fleet on a ${name}`, unavailable);
  test.skipIf(unavailable !== undefined)(`a fleet on a Redis that is a ${name} finishes a run${note}`, async () => {
    const [redis, web] = [await start(), await startPretendWeb()];
    const dir = await mkdtemp(join(tmpdir(), 'trawl-containers-'));
    onTestFinished(async () => {
      await Promise.all([redis.stop(), web.close(), rm(dir, { recursive: true })]);
    });
    const urls = Array.from({ length: 60 }, (_, n) => web.url(`/json?id=${n}`, `127.0.0.${(n % 3) + 1}`));
    await writeFile(join(dir, 'urls.txt'), urls.join('\n'));
    const variables = { REDIS_URL: redis.url, TRAWL_DATA_DIR: dir, TRAWL_LOG_LEVEL: 'error' };
    const trawl = (...args: string[]) => startTrawlCommand(args, variables);
    const fleet = ['producer', 'worker', 'worker', 'collector'].map((process) => trawl(process));

    const run = (await trawl('enqueue', join(dir, 'urls.txt')).ended).stdout.trim();
    await until(async () => (await trawl('status', run, '--json').ended).stdout.includes('"collectedAtMs"'));
    expect(await trawl('verify', run).ended).toMatchObject({ code: 0 });
    for (const { child } of fleet) child.kill('SIGTERM');
    await Promise.all(fleet.map(({ ended }) => ended));
  });
}

/** What Docker gives to containers. */
const privateNetworks = '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16';

const compose = await composeCommand();
const withoutImages = await whyNotImages({
  [process.env.TRAWL_IMAGE ?? 'trawl:local']: 'docker build -t trawl:local .',
  [process.env.REDIS_IMAGE ?? 'redis:7']: 'docker pull redis:7',
});
const whyNot = withoutImages ?? (compose === undefined ? 'there is no docker compose' : undefined);

const note = skipped('docker compose', whyNot);
describe.skipIf(whyNot !== undefined)(`docker compose --profile demo up${note}`, () => {
  test('shows a crawl that finishes with an outcome for every line, by confined and healthy containers', async () => {
    const project = `trawl-test-${process.pid}`;
    const [program, ...first] = [...(compose ?? ['docker', 'compose']), '--project-name', project, '--profile', 'demo'];
    const ports = { REDIS_PORT: String(await freePort()), BOARD_PORT: String(await freePort()) };
    const options = {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, ...ports, TRAWL_ALLOW_PRIVATE: privateNetworks },
    };
    onTestFinished(async () => {
      await promisify(execFile)(program, [...first, 'down', '--volumes', '--timeout', '1'], options);
    });
    const up = spawn(program, [...first, 'up', '--no-build', '--detach', '--scale', 'worker=2'], {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said, [code]] = await Promise.all([text(up.stderr), once(up, 'exit')]);
    if (code !== 0) throw new Error(said);

    const docker = async (...args: string[]) => (await promisify(execFile)('docker', args)).stdout.trim();
    const byLabel = `label=com.docker.compose.project=${project}`;
    const idsOf = async (service: string) =>
      (await docker('ps', '-aq', '--filter', byLabel, '--filter', `label=com.docker.compose.service=${service}`)).split(
        '\n',
      );
    const [demo = ''] = await idsOf('demo');
    expect(await docker('wait', demo)).toBe('0');
    expect(await docker('logs', demo)).toContain('Verified: 1,000 input lines, exactly one outcome each.');

    const workers = await idsOf('worker');
    expect(workers).toHaveLength(2);
    for (const id of workers) {
      const format = '{{.State.Health.Status}} {{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}';
      expect(await docker('inspect', '--format', format, id)).toBe('healthy 1000:1000 true [ALL]');
      const touch = docker('exec', id, 'touch', '/app/packages/touched').catch((error: Error) => error.message);
      expect(await touch).toMatch(/Read-only file system/);
    }
  });
});
