import { afterEach, expect, it } from 'vitest';
import { createStartGate } from '../../../apps/worker/src/fetch/start-gate.ts';
import { answering, brief, cleanUp } from '../../support/fetch-world.ts';
import { response } from '../../support/raw-server.ts';

afterEach(cleanUp);

/** Of an event loop that has no time until the test says so. */
const closedGate = () => createStartGate({ busyMs: () => 1000, hurry: () => undefined, least: 1 });

it('a fetch waits for the event loop; and its time limits begin then', async () => {
  let nowMs = 0;
  const gate = closedGate();
  const { host, fetchPage } = await answering(response(200, {}, 'ok'), { gate, now: () => nowMs });
  const fetching = fetchPage(host.url());
  nowMs = 3_600_000;
  expect(gate.waiting()).toBe(1);
  gate.roundEnds(1000);
  const { kind, trace } = await fetching;
  expect({ kind, timings: trace.timings }).toMatchObject({ kind: 'answered', timings: { totalMs: 0 } });
});

it('one that still waits when it is stopped or the worker leaves is interrupted, and asks nobody', async () => {
  const { host, fetchPage, close } = await answering(response(200, {}), { gate: closedGate() });
  const fetches = [fetchPage(host.url(), {}, {}, AbortSignal.abort()), fetchPage(host.url())];
  await close();
  for (const outcome of await Promise.all(fetches)) {
    expect(brief(outcome)).toEqual({ kind: 'interrupted', why: 'stopping' });
  }
  expect(host.heads).toEqual([]);
});
