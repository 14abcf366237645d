import { fileURLToPath } from 'node:url';
import { startChild } from './start-child.ts';

const main = fileURLToPath(new URL('../../test/support/hostile-web/main.ts', import.meta.url));

/** Hosts that misbehave, and good ones among them, with the name server that knows them. */
export type HostileOrigin = AsyncDisposable & {
  /** Of the name server: for `--resolver`. */
  dns: string;
  urls: { good: string[]; bad: string[]; bombs: string[]; table: string[] };
  readonly pid: number | undefined;
};

export const startHostileOrigin = async (args: string[], stop: AbortSignal): Promise<HostileOrigin> => {
  const child = startChild(process.execPath, [main, ...args], { stop, tied: true });
  const said = JSON.parse(await child.firstLine) as Pick<HostileOrigin, 'dns' | 'urls'>;
  return { ...said, pid: child.pid, [Symbol.asyncDispose]: child[Symbol.asyncDispose] };
};
