import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { leftBehind, leftBehindInTheEnd, whatIsOpen } from '../support/what-is-open.ts';

test('what was there before is not left behind', () => {
  expect(leftBehind({ 'TCP connection': 2 }, { 'TCP connection': 2 })).toEqual([]);
  expect(leftBehind({ 'TCP connection': 2 }, { 'TCP connection': 3, timer: 1 })).toEqual([
    '1 x TCP connection',
    '1 x timer',
  ]);
});

test('a listening socket is seen until it is closed', async () => {
  const before = await whatIsOpen();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  expect(leftBehind(before, await whatIsOpen())).toContain('1 x listening socket');
  server.close();
  expect(await leftBehindInTheEnd(before, 5000)).toEqual([]);
});

test.runIf(process.platform === 'linux')('a child is seen even when it is detached and let go of', async () => {
  const before = await whatIsOpen();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  child.unref();
  expect(leftBehind(before, await whatIsOpen())).toContain('1 x child process');
  child.kill('SIGKILL');
  expect(await leftBehindInTheEnd(before, 5000)).toEqual([]);
});
