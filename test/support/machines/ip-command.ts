import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `ip` of iproute2. Throws with what it said. */
export const ip = async (...args: string[]): Promise<string> => {
  try {
    return (await run('ip', args)).stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`ip ${args.join(' ')}: ${said || String(error)}`, { cause: error });
  }
};

/** Several commands in one call, each a line; `inside`: of that namespace. Stops at the first that fails. */
export const ipBatch = async (inside: string, lines: readonly string[]): Promise<void> => {
  const child = run('ip', ['-n', inside, '-batch', '-']);
  child.child.stdin?.end(`${lines.join('\n')}\n`);
  try {
    await child;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Error(`ip -n ${inside}: ${said}`, { cause: error });
  }
};
