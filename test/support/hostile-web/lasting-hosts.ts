import type { EndlessBomb } from './endless-bombs.ts';
import { type HostileCase, hostile, ok } from './hostile-case.ts';
import { answer, drips, floods, forever, head, silence } from './replies.ts';

/** Hosts that keep a worker busy, as many of each as are wanted: for benches. */
export const goodHost = (i: number, answerMs: number): HostileCase =>
  hostile({
    name: `lasting/good ${i}`,
    host: ({ socket }) => void setTimeout(() => socket.write(answer(200, {}, 'good')), answerMs),
    ends: ok,
  });

export const silentHost = (i: number): HostileCase =>
  hostile({ name: `lasting/silent ${i}`, host: silence, ends: 'timed-out' });

export const drippingHost = (i: number): HostileCase =>
  hostile({
    name: `lasting/dripping ${i}`,
    host: ({ socket }) => {
      socket.write(head(200));
      drips(socket, forever('x'), 20);
    },
    ends: 'timed-out',
  });

/** @param bytes of the body, when it is undone */
export const bombingHost = (i: number, bomb: EndlessBomb, bytes: number): HostileCase =>
  hostile({
    name: `lasting/bombing ${i}`,
    host: ({ socket }) => {
      socket.write(head(200, { 'content-encoding': bomb.coding }));
      socket.write(bomb.begin);
      floods(socket, partsOf(bomb, bytes));
    },
    ends: 'cut-short',
  });

/** In large pieces: a write for every 27 bytes of Brotli would be the host's undoing. */
const partsOf = function* ({ more, bytes }: EndlessBomb, totalBytes: number): Generator<Buffer> {
  const times = Math.ceil(totalBytes / bytes);
  const atOnce = Math.max(1, Math.floor((16 * 1024) / more.length));
  const piece = Buffer.alloc(more.length * atOnce, more);
  for (let sent = 0; sent < times; sent += atOnce)
    yield piece.subarray(0, more.length * Math.min(atOnce, times - sent));
};
