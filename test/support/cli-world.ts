import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { processIdentity } from '@trawl/shared/platform/process-identity.ts';
import { onTestFinished } from 'vitest';
import { dataDirectory } from './data-directory.ts';
import { startPretendDns } from './pretend-dns.ts';
import { type PretendWeb, startPretendWeb } from './pretend-web/start-pretend-web.ts';

const bin = fileURLToPath(new URL('../../apps/cli/bin/trawl.js', import.meta.url));

export type Outcome = { code: number | null; stdout: string; stderr: string };

export type TrawlProcess = {
  child: ChildProcess;
  ended: Promise<Outcome>;
  /** Resolves with the first JSON event on stdout for which the test holds; rejects when the process ends without one. */
  event: (holds: (event: Record<string, unknown>) => boolean) => Promise<Record<string, unknown>>;
};

export type CliWorld = {
  web: PretendWeb;
  /** Where commands are typed; `.trawl` is below it. */
  dir: string;
  /** Writes a file there. */
  file: (name: string, content: string | Buffer) => Promise<string>;
  read: (name: string) => Promise<string>;
  start: (args: string[], options?: { input?: string }) => TrawlProcess;
  trawl: (args: string[], options?: { input?: string }) => Promise<Outcome>;
  /** Pids of the processes that have logged for a run. */
  pidsOf: (run: string, name?: string) => Promise<number[]>;
};

/** A directory, a pretend web, a name server that knows no name, and the `trawl` command. All gone when the test is over. */
export const cliWorld = async (): Promise<CliWorld> => {
  const { dataDir: dir, remove } = await dataDirectory();
  const web = await startPretendWeb();
  const dns = await startPretendDns();
  const children: TrawlProcess[] = [];
  const start: CliWorld['start'] = (args, options = {}) => {
    const started = startTrawl(args, { cwd: dir, dnsServers: dns.address, ...options });
    children.push(started);
    return started;
  };
  onTestFinished(async () => {
    for (const { child, ended } of children) {
      child.kill('SIGKILL');
      await ended;
    }
    await Promise.all([web.close(), dns.close()]);
    await remove();
  });
  return {
    web,
    dir,
    file: async (name, content) => {
      await writeFile(join(dir, name), content);
      return join(dir, name);
    },
    read: (name) => readFile(join(dir, name), 'utf8'),
    start,
    trawl: (args, options) => start(args, options).ended,
    pidsOf: (run, name = '') => pidsInLogs(join(dir, 'logs', run), name),
  };
};

/** The directory of a test is the data directory as well: what is left of it is then found and ended like that of other tests. */
function startTrawl(args: string[], options: { cwd: string; dnsServers: string; input?: string }): TrawlProcess {
  const { REDIS_URL: _other, npm_execpath: _npm, ...variables } = process.env;
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: { ...variables, TRAWL_DATA_DIR: options.cwd, TRAWL_RESOLVER: options.dnsServers },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(options.input ?? '');
  child.stdin.on('error', () => undefined); // it need not be read
  let soFar = '';
  child.stdout.on('data', (chunk) => (soFar += String(chunk)));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ended = Promise.all([exited, once(child.stdout, 'close'), text(child.stderr)]).then(
    ([[code], , stderr]): Outcome => ({ code, stdout: soFar, stderr }),
  );
  const event: TrawlProcess['event'] = async (holds) => {
    for (;;) {
      const lines = soFar
        .slice(0, soFar.lastIndexOf('\n') + 1)
        .split('\n')
        .filter(Boolean);
      const found = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find(holds);
      if (found !== undefined) return found;
      if (child.stdout.closed) throw new Error(`trawl ${args[0]} ended without the event: ${(await ended).stderr}`);
      await Promise.race([once(child.stdout, 'data'), once(child.stdout, 'close')]);
    }
  };
  return { child, ended, event };
}

async function pidsInLogs(dir: string, name: string): Promise<number[]> {
  const files = (await readdir(dir)).filter((file) => file.startsWith(name));
  const logs = await Promise.all(files.map((file) => readFile(join(dir, file), 'utf8')));
  const pids = logs.flatMap((log) => [...log.matchAll(/"pid":(\d+)/g)].map(([, pid]) => Number(pid)));
  return [...new Set(pids)];
}

/** Which of the processes still run. */
export const running = async (pids: number[]): Promise<number[]> => {
  const identities = await Promise.all(pids.map(processIdentity));
  return pids.filter((_, i) => identities[i] !== undefined);
};
