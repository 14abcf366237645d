import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { startPretendWeb } from './start-pretend-web.ts';

/**
 * The pretend web as a process: prints {"port":N} when it listens; ends on SIGTERM, SIGINT, or with the parent that
 * spawned it with an IPC channel (with `--until-stdin-ends`: also when stdin does).
 */
const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    /** File that receives the arrival log, as JSON, at the end. */
    arrivals: { type: 'string' },
    'no-arrivals': { type: 'boolean', default: false },
    /** A network of callers that are served besides loopback, as 10.1.0.0/16; may be given several times. */
    'also-serve': { type: 'string', multiple: true, default: [] },
    'until-stdin-ends': { type: 'boolean', default: false },
  },
});
if (!/^\d{1,5}$/.test(flags.port)) throw new Error(`--port: expected a port number, got "${flags.port}"`);

const standstill = monitorEventLoopDelay({ resolution: 2 });
if (!flags['no-arrivals']) standstill.enable();
const web = await startPretendWeb({
  port: Number(flags.port),
  recordArrivals: !flags['no-arrivals'],
  alsoServe: flags['also-serve'],
  standstillMs: () => standstill.max / 1e6,
});
process.stdout.write(`${JSON.stringify({ port: web.port })}\n`);

const stop = (): void => {
  if (flags.arrivals !== undefined) writeFileSync(flags.arrivals, JSON.stringify(web.arrivals.dump()));
  process.exit(0);
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.once('disconnect', stop);
if (flags['until-stdin-ends']) process.stdin.once('end', stop).resume();
