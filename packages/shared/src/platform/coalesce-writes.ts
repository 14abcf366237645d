import type { Writable } from 'node:stream';

/**
 * Commands that one turn of the event loop sends leave in one system call: a worker's jobs end in groups, and a call for
 * each costs both sides more than the command itself. Nothing waits longer than the current turn.
 */
export const coalesceWrites = (stream: Writable): void => {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let isCorked = false;
  const release = (): void => {
    isCorked = false;
    stream.uncork();
  };
  stream.write = (...args: unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true;
      stream.cork();
      process.nextTick(release);
    }
    return write(...args);
  };
};
