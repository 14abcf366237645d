/** Comes before a worker's main: writes down when each request was handed to its connection, on the clock that all processes share. */
import { subscribe } from 'node:diagnostics_channel';
import { openSync, writeSync } from 'node:fs';
import { machineMs } from './machine-clock.ts';
import { mayLoseLocksMs } from './worker-standstills.ts';

const file = openSync(process.env['CHAOS_DEPARTURES'] ?? '/dev/null', 'a');

subscribe('undici:client:sendHeaders', (message) => {
  const atMs = machineMs();
  const { origin, path } = (message as { request: { origin: string; path: string } }).request;
  writeSync(file, `${atMs} ${new URL(origin).hostname}${path}\n`);
  watch();
});

const tickMs = 100;
let isWatched = false;

/** From the first request on: whoever begins has no locks to lose. */
function watch(): void {
  if (isWatched) return;
  isWatched = true;
  const standstills = openSync(process.env['CHAOS_STANDSTILLS'] ?? '/dev/null', 'a');
  let lastMs = machineMs();
  setInterval(() => {
    const atMs = machineMs();
    if (atMs - lastMs > mayLoseLocksMs) writeSync(standstills, `${lastMs} ${atMs}\n`);
    lastMs = atMs;
  }, tickMs).unref();
}
