import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { impatience } from './campaign-environment.ts';

const bin = fileURLToPath(new URL('../../../apps/cli/bin/trawl.js', import.meta.url));

/** Who runs a command; absent: who runs the campaign. */
export type User = { uid: number; gid: number };

/** Whom rights bind. Undefined: they bind who runs the campaign, too. */
export const nobody = (): User | undefined => (process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined);

export type TrawlRun = {
  child: ChildProcess;
  run: string;
  /** On stderr. */
  said: () => string;
};

export const spawnTrawl = (args: string[], variables: NodeJS.ProcessEnv, user?: User): ChildProcess =>
  spawn(process.execPath, [bin, ...args], {
    env: { ...process.env, ...variables },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    ...user,
  });

/** A `trawl run` of a person's own. Resolves when it has said the name of its run. */
export const startTrawlRun = async (args: string[], variables: NodeJS.ProcessEnv, user?: User): Promise<TrawlRun> => {
  const all = ['run', ...args, '--robots', 'ignore', '--json'];
  const child = spawnTrawl(all, { ...impatience, ...variables }, user);
  const started = Promise.withResolvers<string>();
  let said = '';
  child.stdout?.once('data', (line: Buffer) => started.resolve((JSON.parse(String(line)) as { run: string }).run));
  child.stdout?.resume();
  child.stderr?.on('data', (text: Buffer) => (said += String(text)));
  child.stdin?.on('error', () => undefined); // it has ended: that is judged
  child.once('exit', () => started.reject(new Error(`trawl run did not begin: ${said}`)));
  return { child, run: await started.promise, said: () => said };
};
