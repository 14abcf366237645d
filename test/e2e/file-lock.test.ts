import { copyFile, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { withFileLock } from '@trawl/shared/platform/file-lock.ts';
import { beforeEach, expect, test } from 'vitest';
import { startProcess } from '../support/child-process.ts';
import { withDirectory } from '../support/directory-of-a-test.ts';

const pathOf = withDirectory();
let lock: string;
let counter: string;
beforeEach(async () => {
  [lock, counter] = [pathOf('lock'), pathOf('counter')];
  await writeFile(counter, '0');
});

const counting = (times: number, dies = '') =>
  startProcess('counts-under-lock', [lock, counter, String(times), dies], { ipc: false });
const counted = async () => Number(await readFile(counter, 'utf8'));
const withLock = <T>(act: () => Promise<T>, waitMs = 60_000) => withFileLock(lock, { waitMs }, act);

test('one at a time, over processes and within one: no addition is lost', async () => {
  const others = Promise.all([1, 2, 3].map(() => counting(20).ended));
  const own = Array.from({ length: 20 }, () => withLock(async () => writeFile(counter, String((await counted()) + 1))));
  await Promise.all(own);
  for (const { code, stderr } of await others) expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(await counted()).toBe(80);
  expect(await readdir(pathOf())).toEqual(['counter']);
});

test('a process that dies with the lock leaves it to the next; of many that find it so, still one at a time', async () => {
  for (let round = 0; round < 3; round += 1) {
    expect(await counting(1, 'dies').ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await readdir(pathOf())).toContain('lock');
    await Promise.all([1, 2, 3, 4].map(() => counting(5).ended));
    expect(await counted()).toBe(21 * (round + 1));
  }
  expect(await readdir(pathOf())).toEqual(['counter']);
});

test('of eight that find the same dead owner at the same moment, one at a time gets the lock', async () => {
  const dead = { pid: process.pid, identity: 'an earlier life' };
  let inside = 0;
  for (let round = 0; round < 2; round += 1) {
    await writeFile(lock, JSON.stringify({ ...dead, token: `dead${round}` }));
    const act = async () => {
      inside += 1;
      await delay(30); // longer than the others wait between two looks
      expect(inside).toBe(1);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(act)));
  }
  expect(await readdir(pathOf())).toEqual(['counter']);
});

test('a lock of a process whose number has gone to another one is free', async () => {
  await writeFile(lock, JSON.stringify({ pid: process.pid, identity: 'an earlier life', token: 'abc' }));
  expect(await withLock(async () => 'mine', 0)).toBe('mine');
});

test('a failing act gives the lock back', async () => {
  await expect(withLock(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await withLock(async () => 'mine', 0)).toBe('mine');
});

test('a living holder that does not let go is named', async () => {
  await withLock(async () => {
    await expect(withLock(async () => undefined, 30)).rejects.toThrow(`Process ${process.pid} holds ${lock}`);
  });
});

test('a lock that this process could not give back does not keep it from taking it again', async () => {
  await withLock(async () => copyFile(lock, counter));
  await rename(counter, lock);
  expect(await withLock(async () => 'taken', 0)).toBe('taken');
  expect(await readdir(pathOf())).toEqual([]);
});
