import { fileURLToPath } from 'node:url';
import { median } from './median.ts';
import { cpuMsOfEndedChildren } from './proc-files.ts';
import { type ChildOptions, startChild } from './start-child.ts';

/** What a process costs that has nothing to do: from its start until it works, and from SIGTERM to its end. */
export type StartFigures = { cpuMs: number; readyMs: number; stopMs: number };

const saysWhenReady = {
  producer: 'producer started',
  worker: 'worker started',
  collector: 'collector started',
  board: 'board listens',
} as const;

export type Service = keyof typeof saysWhenReady;

export const services = Object.keys(saysWhenReady) as Service[];

/** Starts and stops a process of the fleet so many times, one after the other. Medians; the first, which compiles, does not count. */
export const measureStart = async (
  service: Service,
  { repeats, ...options }: ChildOptions & { repeats: number },
): Promise<StartFigures> => {
  const figures: StartFigures[] = [];
  for (let i = 0; i <= repeats; i += 1) figures.push(await startOnce(service, options));
  const of = (key: keyof StartFigures) => median(figures.slice(1).map((one) => one[key]));
  return { cpuMs: of('cpuMs'), readyMs: of('readyMs'), stopMs: of('stopMs') };
};

async function startOnce(service: Service, options: ChildOptions): Promise<StartFigures> {
  const main = fileURLToPath(new URL(`../../apps/${service}/src/main.ts`, import.meta.url));
  const cpuBeforeMs = cpuMsOfEndedChildren();
  const begunAt = performance.now();
  await using child = startChild(process.execPath, [main], options);
  await child.logs(saysWhenReady[service]);
  const readyAt = performance.now();
  if (child.pid !== undefined) process.kill(child.pid, 'SIGTERM');
  await child.ended;
  return {
    cpuMs: cpuMsOfEndedChildren() - cpuBeforeMs,
    readyMs: readyAt - begunAt,
    stopMs: performance.now() - readyAt,
  };
}
