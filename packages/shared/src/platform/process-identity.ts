import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Tells this life of a pid from a later process with the same number, also across a reboot: when it started.
 * Undefined when no such process runs; a zombie does not run.
 */
export const processIdentity = async (pid: number): Promise<string | undefined> =>
  process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);

async function identityFromProc(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The second field is the command in parentheses and may hold anything; state is the 3rd field, start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startedAtTicks] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' ? undefined : `${startedAtTicks}@${boot.trim()}`;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function identityFromPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
    const [state = '', ...startedAt] = stdout.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : startedAt.join(' ');
  } catch {
    return undefined; // ps exits 1 when there is no such process
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH');
}
