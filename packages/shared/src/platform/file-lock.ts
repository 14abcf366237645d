import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isDiskTrouble } from './disk-trouble.ts';
import { processIdentity } from './process-identity.ts';
import { UserError } from './user-error.ts';

/** Who holds a lock. The token is new for every holding, so that a lock taken twice by one process differs. */
type Owner = { pid: number; identity: string; token: string };

/** Between two looks at a lock that another process holds. A lock is held for well under a second. */
const lookAgainMs = 20;
const removeAgainMs = 1000;

/** Tokens of this process, from before its lock appears until it is given back. */
const heldHere = new Set<string>();

/**
 * Runs `act` while this process alone holds the lock file; waits for another holder, and takes the place of one that
 * died. Throws UserError when a living process holds it longer than `waitMs`.
 *
 * The file appears with its content in one step (link), and only somebody who holds the lock `<path>.<token of the dead
 * owner>` may remove the file of that dead owner. So two processes that find the same dead owner cannot remove the
 * fresh lock of each other; and a process that dies while it removes leaves a lock that is broken in the same way.
 */
export const withFileLock = async <T>(path: string, options: { waitMs: number }, act: () => Promise<T>): Promise<T> => {
  const token = await takeLock(path, Date.now() + options.waitMs);
  try {
    return await act();
  } finally {
    await giveBack(path, token);
  }
};

async function takeLock(path: string, untilMs: number): Promise<string> {
  const owner = await thisProcess();
  const draft = `${path}.draft-${owner.token}`;
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 });
  heldHere.add(owner.token);
  try {
    while (!(await linkedAs(draft, path))) {
      const holder = await readOwner(path);
      if (holder === undefined) continue;
      if (!(await isRunning(holder))) await removeLockOfTheDead(path, holder, untilMs);
      else if (Date.now() > untilMs) throw heldTooLong(path, holder);
      else await delay(lookAgainMs);
    }
    await rm(draft, { force: true });
    return owner.token;
  } catch (error) {
    heldHere.delete(owner.token);
    await rm(draft, { force: true });
    throw error;
  }
}

async function removeLockOfTheDead(path: string, dead: Owner, untilMs: number): Promise<void> {
  const guard = `${path}.${dead.token}`;
  const token = await takeLock(guard, untilMs);
  try {
    if ((await readOwner(path))?.token === dead.token) await rm(path, { force: true });
  } finally {
    await giveBack(guard, token);
  }
}

/** What cannot be removed for want of a right is no lock to this process, and goes as soon as it may. */
async function giveBack(path: string, token: string): Promise<void> {
  try {
    if ((await readOwner(path))?.token === token) await rm(path, { force: true });
  } catch (error) {
    if (!isDiskTrouble(error)) throw error;
    removeLater(path, token);
  } finally {
    heldHere.delete(token);
  }
}

/** In one step of this process, which may have taken the lock anew. */
function removeLater(path: string, token: string): void {
  const tryAgain = (): void => {
    try {
      const owner = JSON.parse(readFileSync(path, 'utf8')) as Owner;
      if (owner.token === token) rmSync(path);
    } catch (error) {
      if (isDiskTrouble(error)) removeLater(path, token);
    }
  };
  setTimeout(tryAgain, removeAgainMs).unref();
}

async function linkedAs(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined when the lock was given back in the meantime. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function thisProcess(): Promise<Owner> {
  const identity = (await processIdentity(process.pid)) ?? '';
  return { pid: process.pid, identity, token: randomBytes(8).toString('hex') };
}

async function isRunning(owner: Owner): Promise<boolean> {
  if (owner.pid === process.pid) return heldHere.has(owner.token);
  return (await processIdentity(owner.pid)) === owner.identity;
}

function heldTooLong(path: string, holder: Owner): UserError {
  return new UserError(
    `Process ${holder.pid} holds ${path} and does not let go.`,
    `Wait for that process or end it, then try again.`,
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
