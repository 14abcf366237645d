import { Writable } from 'node:stream';
import type { Screen, Shell } from '../../apps/cli/src/shell.ts';

/** A screen that remembers what was written to it. */
export const screenForTests = (look: { isTTY?: boolean; columns?: number } = {}): Screen & { text: () => string } => {
  let text = '';
  const screen = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return Object.assign(screen, look, { text: () => text });
};

/** The surroundings of a command: two screens, a clock that the test moves, no variables. */
export const shellForTests = (change: Partial<Shell> = {}) => {
  const clock = { nowMs: 0 };
  const stdout = screenForTests();
  const stderr = screenForTests();
  const shell: Shell = {
    args: [],
    variables: {},
    cwd: '/somewhere',
    program: 'trawl',
    execPath: process.execPath,
    nodeVersion: process.versions.node,
    stdout,
    stderr,
    now: () => clock.nowMs,
    random: () => 0.5,
    stop: new AbortController().signal,
    kill: new AbortController().signal,
    ...change,
  };
  return { shell, clock, stdout, stderr };
};
