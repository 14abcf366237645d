/** Comes before a worker's main: writes down when each request was handed to its connection, on the clock that all processes share. */
import { subscribe } from 'node:diagnostics_channel';
import { openSync, writeSync } from 'node:fs';
import { machineMs } from './machine-clock.ts';

const file = openSync(process.env['CHAOS_DEPARTURES'] ?? '/dev/null', 'a');

subscribe('undici:client:sendHeaders', (message) => {
  const atMs = machineMs();
  const { origin, path } = (message as { request: { origin: string; path: string } }).request;
  writeSync(file, `${atMs} ${new URL(origin).hostname}${path}\n`);
});
