import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../silent-log.ts';
import type { Endpoint, RedisFiles } from './endpoint.ts';
import { mayAnswer } from './ensure-server.ts';
import { probe, serverInfo } from './probe.ts';
import { endedEarly } from './start-server.ts';

const betweenProbesMs = 50;
const messageEveryMs = 2000;

/** A server that starts on much data answers nothing else until it has read it. Says so, and waits as long as it lives. */
export const waitUntilLoaded = async (files: RedisFiles, endpoint: Endpoint, log: Log): Promise<void> => {
  let nextMessageMs = 0;
  while ((await probe(endpoint)) !== 'ready') {
    if (!(await mayAnswer(endpoint))) throw await endedEarly(files);
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
