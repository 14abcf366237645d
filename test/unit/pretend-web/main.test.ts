import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { askWeb } from './ask-web.ts';

const main = fileURLToPath(new URL('../../support/pretend-web/main.ts', import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const portOf = async (child: ChildProcess): Promise<number> => {
  children.push(child);
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return JSON.parse(line.toString()).port;
};

it('says its port, answers, and on SIGTERM writes its log and ends', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pretend-web-'));
  const file = join(folder, 'arrivals.json');
  const child = spawn(process.execPath, [main, '--port', '0', '--arrivals', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await portOf(child);
  expect((await askWeb(`http://127.3.2.1:${port}/ok`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(JSON.parse(readFileSync(file, 'utf8')).hosts['127.3.2.1'].paths).toEqual(['/ok']);
  rmSync(folder, { recursive: true });
});

it('ends with its parent', async () => {
  const child = fork(main, ['--no-arrivals'], { execPath: process.execPath, silent: true });
  const port = await portOf(child);
  await askWeb(`http://127.0.0.1:${port}/ok`);
  expect(JSON.parse((await askWeb(`http://127.0.0.1:${port}/_summary`)).body.toString()).recording).toBe(false);
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('ends with its stdin only if it was told to', async () => {
  const child = spawn(process.execPath, [main, '--until-stdin-ends'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await portOf(child);
  child.stdin?.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('refuses a port that is no number', async () => {
  const child = spawn(process.execPath, [main, '--port', 'x'], { stdio: ['ignore', 'ignore', 'pipe'] });
  children.push(child);
  expect(await once(child, 'exit')).toEqual([1, null]);
});
