import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startProcess } from '../support/child-process.ts';

const main = (behaviour: string, options: { ipc?: boolean; stopDeadlineMs?: number; stderr?: number } = {}) =>
  startProcess('main-for-tests', [behaviour, String(options.stopDeadlineMs ?? 20_000)], {
    ipc: options.ipc ?? false,
    ...(options.stderr !== undefined && { stderr: options.stderr }),
  });

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s stops a process in order: it lets go of everything and ends with 0',
  async (signal) => {
    const process = main('waits');
    await process.says('running');
    process.child.kill(signal);
    expect(await process.ended).toMatchObject({ code: 0, stdout: 'running\nstopped\n' });
  },
);

test('a process whose log is on a full disk goes on without it', async () => {
  await using full = await open('/dev/full', 'w');
  const process = main('waits', { stderr: full.fd });
  await process.says('running');
  process.child.kill('SIGTERM');
  expect(await process.ended).toMatchObject({ code: 0, stdout: 'running\nstopped\n' });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a second signal ends it at once: %s with %i', async (signal, code) => {
  const process = main('stops slowly');
  await process.says('running');
  process.child.kill('SIGTERM');
  await stopIsLogged(process);
  process.child.kill(signal);
  expect(await process.ended).toMatchObject({ code });
});

test('a stop that takes longer than its deadline ends with 70, and says so', async () => {
  const process = main('stops slowly', { stopDeadlineMs: 50 });
  await process.says('running');
  process.child.kill('SIGTERM');
  const ended = await process.ended;
  expect(ended.code).toBe(70);
  expect(ended.stderr).toContain('stopping took too long');
});

test('a main that knows how long its stop may take is given that long', async () => {
  const process = main('stops slowly, as it said');
  await process.says('running');
  process.child.kill('SIGTERM');
  expect(await process.ended).toMatchObject({ code: 70, stderr: expect.stringContaining('"deadlineMs":50') });
});

test('a signal during the start lets the start end early, then stops', async () => {
  const process = main('starts slowly');
  await process.says('starting');
  process.child.kill('SIGTERM');
  expect(await process.ended).toMatchObject({ code: 0, stdout: 'starting\nrunning\nstopped\n' });
});

test('work that is done stops the process with the code of the work', async () => {
  expect(await main('is done with 1').ended).toMatchObject({ code: 1, stdout: 'running\nstopped\n' });
});

test('work that ends because it was stopped still decides the code', async () => {
  const process = main('ends with 3 after stop');
  await process.says('running');
  process.child.kill('SIGINT');
  expect(await process.ended).toMatchObject({ code: 3 });
});

test('a child whose parent is gone stops', async () => {
  const process = main('waits', { ipc: true });
  await process.says('running');
  process.child.disconnect();
  expect(await process.ended).toMatchObject({ code: 0, stdout: 'running\nstopped\n' });
});

test('under a parent, Ctrl-C of the terminal and the request of the parent count once', async () => {
  const process = main('stops slowly', { ipc: true, stopDeadlineMs: 300 });
  await process.says('running');
  process.child.kill('SIGINT');
  await stopIsLogged(process);
  process.child.kill('SIGTERM');
  expect(await process.ended).toMatchObject({ code: 70 }); // its deadline, not 143
});

test('what the user can mend is shown as message and remedy, without stack and credentials', async () => {
  expect(await main('user error').ended).toMatchObject({
    code: 2,
    stderr: 'no such file: redis://[removed]@cache\nName one that exists.\n',
  });
});

test.each([
  ['throws later', 'nobody catches this'],
  ['rejects later', 'lost redis://[removed]@cache'],
])('a bug (it %s) is logged as fatal, with its stack, and ends with 70', async (behaviour, message) => {
  const { code, stderr } = await main(behaviour).ended;
  expect(code).toBe(70);
  expect(JSON.parse(stderr)).toMatchObject({
    level: 'fatal',
    app: 'tested',
    msg: 'crashed',
    err: { message, stack: expect.stringContaining('at ') },
  });
});

const stopIsLogged = async (process: ReturnType<typeof main>): Promise<void> => {
  let log = '';
  for await (const chunk of process.child.stderr?.iterator({ destroyOnReturn: false }) ?? []) {
    log += String(chunk);
    if (log.includes('"stopping"')) return;
  }
};
