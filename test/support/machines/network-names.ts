import { mkdir, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ip } from './ip-command.ts';

/** Where iproute2 keeps the names of network namespaces. */
const namesDir = '/run/netns';

/** trawl-<pid of who made it>-<number>-<machine> */
const ourName = /^trawl-(?<pid>\d+)-\d+-/;

let made = 0;

/** A name for the namespaces of one network; the pid tells later runs whether its owner lives. */
export const newNetworkName = (pid: number): string => {
  made += 1;
  return `trawl-${pid}-${made}-`;
};

/** Network namespaces that exist and begin so. */
export const namespacesOf = async (name: string): Promise<string[]> =>
  (await readdir(namesDir).catch(() => [])).filter((each) => each.startsWith(name));

/** Those made by this process. */
export const namespacesMadeBy = (pid: number): Promise<string[]> => namespacesOf(`trawl-${pid}-`);

/**
 * Ends every process inside and removes the namespace; with it go its ends of all links, and so the links. A namespace
 * lives on without its name while a process is in it. What is gone already is no error: several test files may clear away
 * what the same killed run left.
 */
export const removeNamespace = async (namespace: string): Promise<void> => {
  try {
    for (let pids = await pidsIn(namespace); pids.length > 0; pids = await pidsIn(namespace)) {
      for (const pid of pids) killIfThere(pid);
      await delay(5);
    }
    await ip('netns', 'del', namespace);
  } catch (error) {
    if ((await namespacesOf(namespace)).includes(namespace)) throw error;
  }
};

/** Where what runs in the network keeps its files; removed with it. */
export const makeFilesDir = async (name: string): Promise<string> => {
  const directory = join(tmpdir(), `${name}files`);
  await mkdir(directory, { mode: 0o700 });
  return directory;
};

/** A test run that was killed could not remove its networks and their files. The next one does. */
export const removeNetworksOfKilledRuns = async (): Promise<void> => {
  for (const namespace of await namespacesOf('trawl-')) if (isOfKilledRun(namespace)) await removeNamespace(namespace);
  for (const name of await readdir(tmpdir()))
    if (name.endsWith('-files') && isOfKilledRun(name))
      await rm(join(tmpdir(), name), { recursive: true, force: true });
};

function isOfKilledRun(name: string): boolean {
  const pid = Number(ourName.exec(name)?.groups?.['pid'] ?? Number.NaN);
  return Number.isInteger(pid) && !isThere(pid);
}

async function pidsIn(namespace: string): Promise<number[]> {
  const text = await ip('netns', 'pids', namespace);
  return text.split('\n').filter(Boolean).map(Number);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
