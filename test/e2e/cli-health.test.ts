import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliWorld, cliWorld } from '../support/cli-world.ts';

/** The messages that the processes of the only run have logged. */
const messages = async ({ dir }: CliWorld): Promise<string[]> => {
  const [run = ''] = await readdir(join(dir, 'logs'));
  const files = await readdir(join(dir, 'logs', run));
  const logs = await Promise.all(files.map((file) => readFile(join(dir, 'logs', run, file), 'utf8')));
  return logs.flatMap((log) => [...log.matchAll(/"msg":"([^"]*)"/g)].map(([, message = '']) => message));
};

test('the processes of a run open no pages unless they are told to: then each on a port of its own', async () => {
  const world = await cliWorld();
  expect((await world.trawl(['enqueue', world.web.url('/ok')])).code).toBe(0);
  expect(await messages(world)).toContain('producer started');
  expect(await messages(world)).not.toContain('health endpoint');

  expect((await world.trawl(['resume', 'last', '--health', '0'])).code).toBe(0);
  const endpoints = (await messages(world)).filter((message) => message === 'health endpoint');
  expect(endpoints).toHaveLength(4); // a producer, two workers, a collector
});
