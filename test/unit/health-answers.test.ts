import { healthAnswers } from '@trawl/shared/platform/health/health-answers.ts';
import { createPulse, type ReadyCheck, redisAnswers } from '@trawl/shared/platform/health/readiness.ts';
import { programVersion } from '@trawl/shared/platform/program-version.ts';
import { expect, test } from 'vitest';
import { readFromRoot } from '../support/repository-files.ts';

const pages = (...checks: ReadyCheck[]) =>
  healthAnswers({
    about: { app: 'worker', version: '1.2.3' },
    uptimeSeconds: () => 12.4,
    checks,
    metricsPage: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
  });

const ask = async (answer: ReturnType<typeof pages>, path: string) => {
  const { status, body } = (await answer(path)) ?? { status: 404, body: '{}' };
  return [status, JSON.parse(body) as unknown];
};

test('healthz says what lives, and for how long', async () => {
  const notReady = pages(() => 'starting');
  expect(await ask(notReady, '/healthz')).toEqual([
    200,
    { status: 'ok', app: 'worker', version: '1.2.3', uptimeSeconds: 12 },
  ]);
});

test('readyz is 200 when nothing is in the way, else 503 with all reasons', async () => {
  const fine: ReadyCheck = async () => undefined;
  expect((await ask(pages(fine), '/readyz'))[0]).toBe(200);
  const [status, body] = await ask(
    pages(
      () => 'stopping',
      fine,
      async () => 'Redis is not connected',
    ),
    '/readyz',
  );
  expect(status).toBe(503);
  expect(body).toMatchObject({ status: 'not ready', reasons: ['stopping', 'Redis is not connected'] });
});

test('metrics come in the type that their text has', async () => {
  expect(await pages()('/metrics')).toEqual({ status: 200, contentType: 'text/plain; version=0.0.4', body: 'up 1\n' });
});

test('a Redis that is not connected is not asked', async () => {
  const ping = () => Promise.reject(new Error('asked'));
  expect(await redisAnswers({ status: 'reconnecting', ping } as never)()).toBe('Redis is not connected');
});

test('a Redis that hangs is asked once, however many look, and again when it has answered', async () => {
  let asked = 0;
  let answer = (): void => undefined;
  const ping = () => {
    asked += 1;
    return new Promise((resolve) => {
      answer = () => resolve('PONG');
    });
  };
  const check = redisAnswers({ status: 'ready', ping } as never);
  expect(await Promise.all([check(), check()])).toEqual(['Redis does not answer', 'Redis does not answer']);
  const third = check();
  expect(asked).toBe(1);
  answer();
  expect(await third).toBeUndefined();
  const fourth = check();
  answer();
  expect([await fourth, asked]).toEqual([undefined, 2]);
});

test('an error of Redis is the reason', async () => {
  const ping = () => Promise.reject(new Error('NOPERM'));
  expect(await redisAnswers({ status: 'ready', ping } as never)()).toBe('Redis answers with an error: NOPERM');
});

test('work that should come round again and again is missed when it does not', () => {
  let nowMs = 0;
  const { beat, check } = createPulse('release has not answered', { longestMs: 30_000, now: () => nowMs });
  expect(check()).toBe('release has not answered yet');
  beat();
  nowMs = 30_000;
  expect(check()).toBeUndefined();
  nowMs = 31_000;
  expect(check()).toBe('release has not answered for 31 s');
});

test('the version is that of the whole project', () => {
  expect(programVersion).toBe((JSON.parse(readFromRoot('package.json')) as { version: string }).version);
});
