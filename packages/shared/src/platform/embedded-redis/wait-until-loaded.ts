import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../silent-log.ts';
import { UserError } from '../user-error.ts';
import type { Endpoint } from './endpoint.ts';
import { mayAnswer } from './ensure-server.ts';
import { probe, serverInfo } from './probe.ts';

const betweenProbesMs = 50;
const messageEveryMs = 2000;

/** A server that starts on much data answers nothing else until it has read it. Says so, and waits as long as it lives. */
export const waitUntilLoaded = async (endpoint: Endpoint, log: Log): Promise<void> => {
  let nextMessageMs = 0;
  while ((await probe(endpoint)) !== 'ready') {
    if (!(await mayAnswer(endpoint))) throw endedWhileLoading();
    if (Date.now() >= nextMessageMs) {
      nextMessageMs = Date.now() + messageEveryMs;
      const info = await serverInfo(endpoint).catch(() => undefined);
      log.info(
        { percent: Number(info?.loading_loaded_perc ?? 0), etaSeconds: Number(info?.loading_eta_seconds ?? 0) },
        'waiting for Redis to load its data',
      );
    }
    await delay(betweenProbesMs);
  }
};

function endedWhileLoading(): UserError {
  return new UserError(
    'The embedded Redis ended while it was loading its data.',
    'Its log, redis.log in the data directory, says why.',
  );
}
