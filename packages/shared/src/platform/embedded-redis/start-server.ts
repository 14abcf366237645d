import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, isPortFree } from '../free-port.ts';
import { processIdentity } from '../process-identity.ts';
import { UserError } from '../user-error.ts';
import { type Endpoint, type RedisFiles, writeEndpoint } from './endpoint.ts';
import { probe } from './probe.ts';
import { findRedisBinary } from './redis-binary.ts';
import { serverConfig } from './server-config.ts';

/** The server program ended, or said nothing, before it could be used. Carries the end of its log. */
export class RedisDidNotStart extends UserError {
  override name = 'RedisDidNotStart';
}

const tries = 5;
const startDeadlineMs = 30_000;
const betweenProbesMs = 10;

/**
 * Starts a server on the files and waits until it answers, be it only that it is loading. Keeps port and password of
 * `previous`, so that processes which still run find it again; another port when a stranger took that one.
 * The caller holds the lock and knows that no server uses the files.
 */
export const startServer = async (
  files: RedisFiles,
  options: { previous: Endpoint | undefined; searchPath: string },
): Promise<Endpoint> => {
  const binary = await findRedisBinary(options.searchPath);
  const password = options.previous?.password ?? randomBytes(24).toString('base64url');
  let wantedPort = options.previous?.port;
  for (let i = 0; i < tries; i += 1) {
    const port = wantedPort !== undefined && (await isPortFree(wantedPort)) ? wantedPort : await freePort();
    const draft = { port, password, pid: null, identity: null, started: new Date().toISOString() };
    const started = await startOn(files, draft, binary.path);
    if (started.kind === 'answers') return started.endpoint;
    if (!/address already in use/i.test(started.log)) throw didNotStart(files, started.log);
    wantedPort = undefined;
  }
  throw didNotStart(files, 'somebody else takes every port first');
};

type Start = { kind: 'answers'; endpoint: Endpoint } | { kind: 'ended'; log: string };

async function startOn(files: RedisFiles, draft: Endpoint, binaryPath: string): Promise<Start> {
  await writeFile(files.config, serverConfig(draft, files), { mode: 0o600 });
  await writeEndpoint(files, draft);
  const child = await spawnDetached(binaryPath, files);
  const ended = hasEnded(child);
  const endpoint = { ...draft, pid: child.pid ?? null, identity: await identityOf(child) };
  await writeEndpoint(files, endpoint);
  const untilMs = Date.now() + startDeadlineMs;
  while (!ended.now) {
    if ((await probe(endpoint)) !== 'silent') {
      child.unref();
      return { kind: 'answers', endpoint };
    }
    if (Date.now() > untilMs) child.kill('SIGKILL');
    await Promise.race([ended.event, delay(betweenProbesMs)]);
  }
  return { kind: 'ended', log: ended.error ?? (await endOfLog(files)) };
}

/** In a session of its own: Ctrl-C at the terminal goes to everybody who uses it, and it must outlive them. */
async function spawnDetached(binaryPath: string, files: RedisFiles): Promise<ChildProcess> {
  await rename(files.log, files.previousLog).catch(() => undefined); // the first start has none
  const log = await open(files.log, 'w', 0o600);
  try {
    return spawn(binaryPath, [files.config], { cwd: files.dir, detached: true, stdio: ['ignore', log.fd, log.fd] });
  } finally {
    await log.close();
  }
}

function hasEnded(child: ChildProcess): { now: boolean; error?: string; event: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ended: { now: boolean; error?: string; event: Promise<void> } = { now: false, event: promise };
  child.once('exit', () => {
    ended.now = true;
    resolve();
  });
  child.once('error', (error) => {
    ended.now = true;
    ended.error = error.message;
    resolve();
  });
  return ended;
}

async function identityOf(child: ChildProcess): Promise<string | null> {
  return child.pid === undefined ? null : ((await processIdentity(child.pid)) ?? null);
}

/** Of a server that answered, and ended before it could be used. */
export const endedEarly = async (files: RedisFiles): Promise<RedisDidNotStart> =>
  didNotStart(files, await endOfLog(files));

async function endOfLog(files: RedisFiles): Promise<string> {
  const text = await readFile(files.log, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-8).join('\n');
}

function didNotStart(files: RedisFiles, log: string): RedisDidNotStart {
  return new RedisDidNotStart(
    `The embedded Redis did not start:\n${log}`,
    `See ${files.log}. A damaged append-only file is mended by: redis-check-aof --fix ${files.dir}/appendonlydir/*.manifest`,
  );
}
