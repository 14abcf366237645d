import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { processIdentity } from '@trawl/shared/platform/process-identity.ts';
import { onTestFinished } from 'vitest';
import { trawl } from '../../apps/cli/src/trawl.ts';
import { dataDirectory } from './data-directory.ts';
import { startPretendDns } from './pretend-dns.ts';
import { type PretendWeb, startPretendWeb } from './pretend-web/start-pretend-web.ts';
import { shellForTests } from './shell-for-tests.ts';

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
  /** The command as a process of its own: for what has to do with signals, streams and the end of processes. */
  start: (args: string[], options?: { input?: string }) => TrawlProcess;
  /** The command in the process of the test: what it starts are processes all the same. */
  trawl: (args: string[]) => Promise<Outcome>;
  /** A process of the fleet, as `trawl worker` in a terminal of its own; told to stop when the test is over. */
  serve: (app: 'worker' | 'producer' | 'collector') => void;
  /** Pids of the processes that have logged for a run. */
  pidsOf: (run: string, name?: string) => Promise<number[]>;
};

/** A directory, a pretend web, a name server that knows no name, and the `trawl` command. All gone when the test is over. */
export const cliWorld = async (): Promise<CliWorld> => {
  const { dataDir: dir, remove } = await dataDirectory();
  const [web, dns] = await Promise.all([startPretendWeb(), startPretendDns()]);
  const variables = variablesOf({ dir, dnsServers: dns.address });
  const children: TrawlProcess[] = [];
  const serving: Promise<number>[] = [];
  const [stop, kill] = [new AbortController(), new AbortController()];
  const shellWith = (args: string[]) => {
    const chance = { now: Date.now, random: Math.random };
    return shellForTests({ args, variables, cwd: dir, stop: stop.signal, kill: kill.signal, ...chance });
  };
  onTestFinished(async () => {
    stop.abort('SIGTERM');
    await Promise.all(serving);
    kill.abort();
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
    start: (args, { input = '' } = {}) => {
      const started = startTrawl(args, { cwd: dir, variables, input });
      children.push(started);
      return started;
    },
    trawl: async (args) => {
      const { shell, stdout, stderr } = shellWith(args);
      const code = await trawl(shell);
      return { code, stdout: stdout.text(), stderr: stderr.text() };
    },
    serve: (app) => void serving.push(trawl(shellWith([app, '--log-level', 'error']).shell)),
    pidsOf: (run, name = '') => pidsInLogs(join(dir, 'logs', run), name),
  };
};

/** The directory of a test is the data directory as well: what is left of it is then found and ended like that of other tests. */
function variablesOf({ dir, dnsServers }: { dir: string; dnsServers: string }): NodeJS.ProcessEnv {
  const { REDIS_URL: _other, npm_execpath: _npm, ...variables } = process.env;
  return { ...variables, TRAWL_DATA_DIR: dir, TRAWL_RESOLVER: dnsServers };
}

function startTrawl(
  args: string[],
  options: { cwd: string; variables: NodeJS.ProcessEnv; input: string },
): TrawlProcess {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: options.variables,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(options.input);
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
