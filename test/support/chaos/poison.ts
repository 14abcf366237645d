import { readdir, readFile, readlink } from 'node:fs/promises';
import type { DealtLine } from './deal-round.ts';
import type { Fleet } from './fleet.ts';

/** Answered by nobody: where a busy machine lets the killer come too late, the URL has timed out and is tried again. */
const poisonPath = (n: number): string => `/ok?delay=60000&poison=${n}`;

/** Whoever asks for it dies. */
export const isPoison = (path: string): boolean => path.includes('&poison=');

const linesPerKiller = 1000;

/** As often is a worker lost to a URL before it ends as `crashed`. */
const deaths = 20;

/**
 * Pages that are under way when a worker dies of its neighbour, since they are slow; and among them a few that kill.
 * @param first the number of its first line among all of the round
 */
export const dealPoison = (options: { count: number; first: number; hosts: string[]; port: number }): DealtLine[] => {
  const { count, first, hosts, port } = options;
  const everySo = Math.min(count, linesPerKiller);
  return Array.from({ length: count }, (_, i): DealtLine => {
    const host = hosts[i % hosts.length] ?? '';
    const isKiller = i % everySo === Math.floor(everySo / 2);
    const path = isKiller ? poisonPath(first + i) : `/ok?n=${first + i}&delay=${300 + ((i * 37) % 900)}`;
    return {
      line: `http://${host}:${port}${path}`,
      class: isKiller ? 'crashed' : 'ok',
      asked: { host, path, most: isKiller ? deaths : 1 },
    };
  });
};

/** Kills the worker that has this port, as the page that it asks for would. */
export const killWhoAsked = async (fleet: Fleet, port: number): Promise<void> => {
  const inode = await inodeOfPort(port);
  for (const place of fleet.placesOf('worker')) {
    const pid = place.child?.pid;
    if (pid !== undefined && inode !== undefined && (await hasSocket(pid, inode))) fleet.signal(place, 'SIGKILL');
  }
};

/** Of the socket whose own port it is, on this machine. */
async function inodeOfPort(port: number): Promise<string | undefined> {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6'])
    for (const line of (await readFile(table, 'utf8')).split('\n')) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(ending) && columns[9] !== '0') return columns[9];
    }
  return undefined;
}

async function hasSocket(pid: number, inode: string): Promise<boolean> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  return links.includes(`socket:[${inode}]`);
}
