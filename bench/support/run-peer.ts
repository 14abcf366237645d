import { fileURLToPath } from 'node:url';
import { programVersion } from './program-version.ts';
import { startChild } from './start-child.ts';

/** What a peer says of its own loop, its start-up not included. */
export type PeerFigures = { wallMs: number; cpuMs: number; ok: number; failed: number };

export type PeerJob = { urlFile: string; urls: number; concurrency: number; stop: AbortSignal };

const undiciLoop = fileURLToPath(new URL('../peers/undici-loop.ts', import.meta.url));
const aiohttpLoop = fileURLToPath(new URL('../peers/aiohttp_loop.py', import.meta.url));

export const runUndiciLoop = (job: PeerJob): Promise<PeerFigures> => runPeer(process.execPath, undiciLoop, job);

export const runAiohttpLoop = (python: string, job: PeerJob): Promise<PeerFigures> => runPeer(python, aiohttpLoop, job);

export const installAiohttp = 'install it with `apt install python3-aiohttp` or `pip install aiohttp`';

/** The first Python that can import aiohttp: BENCH_PYTHON, the one on the path, that of the system. */
export const findAiohttp = async (): Promise<{ python: string; version: string } | undefined> => {
  for (const python of [process.env['BENCH_PYTHON'], 'python3', '/usr/bin/python3', '/usr/local/bin/python3']) {
    if (python === undefined || python === '') continue;
    const version = await programVersion(python, [
      '-c',
      'import aiohttp, platform; print(aiohttp.__version__, "on Python", platform.python_version())',
    ]);
    if (version !== undefined) return { python, version: `aiohttp ${version}` };
  }
  return undefined;
};

async function runPeer(program: string, script: string, job: PeerJob): Promise<PeerFigures> {
  await using child = startChild(program, [script, job.urlFile, String(job.concurrency)], { stop: job.stop });
  const { stdout } = await child.ended;
  const figures = JSON.parse(stdout) as PeerFigures;
  if (figures.ok !== job.urls) throw new Error(`${script}: ${figures.ok} of ${job.urls} URLs were answered with 200`);
  return figures;
}
