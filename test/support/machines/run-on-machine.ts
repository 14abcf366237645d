import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Machine } from './network.ts';

const relay = fileURLToPath(new URL('./processes/relay.ts', import.meta.url));

/** Starts a program on a machine; `ip netns exec` becomes the program, so that the child is the program itself. */
export const runOnMachine = (machine: Machine, command: string[], options: SpawnOptions): ChildProcess =>
  spawn('ip', ['netns', 'exec', machine.namespace, ...command], options);

/** A Node program, with this Node. Tied to this process by its IPC channel. */
export const runNodeOn = (
  machine: Machine,
  args: string[],
  options: { env?: Record<string, string | undefined>; stdout?: 'pipe' } = {},
): ChildProcess =>
  runOnMachine(machine, [process.execPath, '--disable-warning=ExperimentalWarning', ...args], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', options.stdout ?? 'ignore', 'inherit', 'ipc'],
  });

/**
 * A port of our own loopback that leads to a port of the machine, for those who are on no machine. The socket is made here and
 * handed to a process there: a socket stays in the network in which it was made.
 */
export const openDoor = async (machine: Machine, port: number): Promise<{ port: number; child: ChildProcess }> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: here } = server.address() as AddressInfo;
  const child = runNodeOn(machine, [relay, `127.0.0.1:${port}`, '0']);
  child.send('serve', server);
  await saysThatItListens(child);
  server.close();
  return { port: here, child };
};

/** Another way to the machine's port, `delayMs` longer in each direction. */
export const openDetour = async (
  machine: Machine,
  detour: { to: string; delayMs: number; port: number },
): Promise<ChildProcess> => {
  const child = runNodeOn(machine, [relay, detour.to, String(detour.delayMs), String(detour.port)]);
  await saysThatItListens(child);
  return child;
};

async function saysThatItListens(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the relay ended before it listened')));
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
}
