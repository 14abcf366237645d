import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { findRedisBinary } from '@trawl/shared/platform/embedded-redis/redis-binary.ts';

/** What a server, or a Sentinel, says when it takes connections. */
const ready = /Ready to accept connections|Sentinel ID is|monitor master/;

/** A redis-server with these arguments, resolved when it takes connections. */
export const startRedisProcess = async (args: readonly string[]): Promise<ChildProcess> => {
  const { path } = await findRedisBinary(process.env['PATH'] ?? '');
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const begun = Promise.withResolvers<void>();
  let log = '';
  child.stdout.on('data', (chunk) => {
    log = (log + String(chunk)).slice(-4000);
    if (ready.test(log)) begun.resolve();
  });
  child.once('exit', () => begun.reject(new Error(`redis-server ended:\n${log}`)));
  await begun.promise;
  return child;
};

/** kill -9, resolved when it is gone. */
export const killRedisProcess = async (child: ChildProcess): Promise<void> => {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};
