import { fileURLToPath } from 'node:url';
import type { Origin } from './origin.ts';
import { startChild } from './start-child.ts';

const main = fileURLToPath(new URL('../../test/support/pretend-web/main.ts', import.meta.url));

/** The pretend web in a process of its own; without its log, unless `arrivals` wants it. */
export const startPretendWeb = async (options: { stop: AbortSignal; arrivals?: boolean }): Promise<Origin> => {
  const log = options.arrivals === true ? [] : ['--no-arrivals'];
  const child = startChild(process.execPath, [main, '--port', '0', ...log], { stop: options.stop, tied: true });
  const { port } = JSON.parse(await child.firstLine) as { port: number };
  return {
    url: (target) => `http://127.0.0.1:${port}${target}`,
    pid: child.pid,
    [Symbol.asyncDispose]: child[Symbol.asyncDispose],
  };
};
