import { readdir, readFile } from 'node:fs/promises';
import type { RedisClock } from '../clock.ts';
import type { Redis } from '../redis.ts';
import type { EventLoopDelay } from './event-loop-delay.ts';
import { counter, gauge, gaugeBy, type Handles } from './metric.ts';

/** What every process of the fleet says of itself. Names that all exporters share have no prefix. */
export const processMetrics = {
  build: {
    kind: 'info',
    name: 'trawl_build_info',
    labels: ['app', 'version', 'node'],
    help: 'Always 1; its labels say what runs.',
  },
  startTime: gauge('process_start_time_seconds', 'When the process began, seconds since 1970.'),
  cpu: counter('process_cpu_seconds_total', 'CPU time, user and system.'),
  residentMemory: gauge('process_resident_memory_bytes', 'Memory that the process holds (RSS).'),
  heapUsed: gauge('nodejs_heap_size_used_bytes', 'Of that, JavaScript objects.'),
  openFiles: gauge('process_open_fds', 'Open files and sockets; Linux only.'),
  mostFiles: gauge('process_max_fds', 'How many the process may open; Linux only.'),
  eventLoopDelay: gaugeBy(
    'trawl_event_loop_delay_seconds',
    { name: 'quantile', values: ['p50', 'p99', 'max'] },
    'How late timers fired in the last one to two minutes.',
  ),
  redisConnected: gauge('trawl_redis_connected', '1 while the connection to Redis is up, else 0.'),
  clockOffset: gauge('trawl_redis_clock_offset_seconds', 'Clock of Redis minus clock of this machine.'),
} as const;

export type MeasuredProcess = {
  app: string;
  version: string;
  redis: Pick<Redis, 'status'>;
  clock: Pick<RedisClock, 'offsetMs'>;
  eventLoopDelay: () => EventLoopDelay;
};

/** Gives the function that sets them all. */
export const processMetricsReader = (
  metrics: Handles<typeof processMetrics>,
  { app, version, redis, clock, eventLoopDelay }: MeasuredProcess,
): (() => Promise<void>) => {
  metrics.build.tell({ app, version, node: process.versions.node });
  metrics.startTime.set(Math.round(Date.now() / 1000 - process.uptime()));
  let cpu = { user: 0, system: 0 };

  return async () => {
    const now = process.cpuUsage();
    metrics.cpu.add((now.user + now.system - cpu.user - cpu.system) / 1e6);
    cpu = now;
    const { rss, heapUsed } = process.memoryUsage();
    metrics.residentMemory.set(rss);
    metrics.heapUsed.set(heapUsed);
    metrics.eventLoopDelay.set(eventLoopDelay());
    metrics.redisConnected.set(redis.status === 'ready' ? 1 : 0);
    metrics.clockOffset.set(clock.offsetMs / 1000);
    metrics.openFiles.set(await countOpenFiles());
    metrics.mostFiles.set(await mostOpenFiles());
  };
};

async function countOpenFiles(): Promise<number | undefined> {
  const names = await readdir('/proc/self/fd').catch(() => undefined);
  return names && names.length - 1; // the directory itself was open to be read
}

async function mostOpenFiles(): Promise<number | undefined> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
