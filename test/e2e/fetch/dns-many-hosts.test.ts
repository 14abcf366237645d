import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startProcess } from '../../support/child-process.ts';
import { type DnsName, startPretendDns } from '../../support/pretend-dns.ts';

const count = 10_000;

it('10,000 hosts are resolved while not one thread of the pool is free, each by one pair of questions', async () => {
  const names: Record<string, DnsName> = {};
  for (let i = 0; i < count; i++) names[`h${i}.example`] = { a: [`11.0.${i >> 8}.${i & 255}`] };
  const server = await startPretendDns(names);
  const directory = await mkdtemp(join(tmpdir(), 'trawl-threads-'));
  onTestFinished(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });
  const fifo = join(directory, 'never-written');
  execFileSync('mkfifo', [fifo]);

  const args = [server.address, fifo, String(count), '128'];
  const child = startProcess('resolve-without-threads', args, { ipc: true, env: { UV_THREADPOOL_SIZE: '1' } });
  expect(await child.message()).toEqual({ found: count, threadsWereBusy: true });
  // A datagram that is lost is asked for again.
  expect(new Set(server.queries).size).toBe(2 * count);
  expect(server.queries.length).toBeLessThan(2.02 * count);

  const free = child.message();
  await writeFile(fifo, 'now');
  expect(await free).toEqual({ threadsAreFree: true });
});
