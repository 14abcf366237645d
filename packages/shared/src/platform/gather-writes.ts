import type { Writable } from 'node:stream';

/**
 * What is written from now until the code that runs has come to its end, promises included, leaves in one call of the system instead of
 * one for each command: when a group of outcomes was recorded, dozens of jobs end in the same moment.
 */
export const gatherWrites = (socket: Pick<Writable, 'cork' | 'uncork' | 'writableCorked'>): void => {
  if (socket.writableCorked > 0) return;
  socket.cork();
  process.nextTick(() => socket.uncork());
};
