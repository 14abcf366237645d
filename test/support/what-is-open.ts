import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { namespacesMadeBy } from './machines/network-names.ts';

/** How many of each kind of thing a process holds. Sockets and timers count while they keep the process alive. */
export type OpenThings = Record<string, number>;

const kinds: Record<string, string> = {
  TCPServerWrap: 'listening socket',
  TCPSocketWrap: 'TCP connection',
  TLSWrap: 'TLS connection',
  UDPWrap: 'UDP socket',
  ProcessWrap: 'child process',
  Timeout: 'timer',
  FSEventWrap: 'file watcher',
  MessagePort: 'worker thread',
};

export const whatIsOpen = async (): Promise<OpenThings> => {
  const open: OpenThings = {};
  for (const resource of process.getActiveResourcesInfo()) {
    const kind = kinds[resource];
    if (kind !== undefined) open[kind] = (open[kind] ?? 0) + 1;
  }
  open['child process'] = Math.max(open['child process'] ?? 0, await countChildren());
  open['network namespace'] = (await namespacesMadeBy(process.pid)).length;
  return open;
};

/** What is there now and was not before, in words: `2 x TCP connection`. */
export const leftBehind = (before: OpenThings, now: OpenThings): string[] =>
  Object.entries(now).flatMap(([kind, count]) => {
    const more = count - (before[kind] ?? 0);
    return more > 0 ? [`${more} x ${kind}`] : [];
  });

/** Closing takes a moment. Looks until nothing is left behind, or the time is up; gives what is left then. */
export const leftBehindInTheEnd = async (before: OpenThings, settleMs: number): Promise<string[]> => {
  const untilMs = performance.now() + settleMs;
  let left = leftBehind(before, await whatIsOpen());
  while (left.length > 0 && performance.now() < untilMs) {
    await delay(20, undefined, { ref: false });
    left = leftBehind(before, await whatIsOpen());
  }
  return left;
};

/** Also children that are detached and let go of, such as a Redis. Linux only: elsewhere Node's own count has to do. */
async function countChildren(): Promise<number> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8').catch(() => '');
  const areAlive = await Promise.all((children.match(/\d+/g) ?? []).map(isAlive));
  return areAlive.filter(Boolean).length;
}

async function isAlive(pid: string): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // it may end while we look
  return stat !== '' && !stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
}
