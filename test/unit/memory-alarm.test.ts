import { expect, test } from 'vitest';
import { createMemoryAlarm } from '../../apps/producer/src/memory-alarm.ts';

const alarmAt = (info: () => string) => {
  const said: string[] = [];
  const log = {
    warn: (_: unknown, message: string) => said.push(message),
    info: (message: string) => said.push(message),
  };
  let nowMs = 0;
  const alarm = createMemoryAlarm({
    infoMemory: async () => info(),
    now: () => nowMs,
    log: log as unknown as Parameters<typeof createMemoryAlarm>[0]['log'],
  });
  return { alarm, said, later: () => (nowMs += 1000) };
};
const memory = (used: number, most: number) => `# Memory\r\nused_memory:${used}\r\nmaxmemory:${most}\r\n`;

test('a Redis that is nearly full rings until it has room again, and says both once', async () => {
  let used = 84;
  const { alarm, said, later } = alarmAt(() => memory(used, 100));
  expect(await alarm.rings()).toBe(false);
  used = 86;
  later();
  expect([await alarm.rings(), alarm.reason()]).toEqual([true, 'Redis is nearly full']);
  later();
  expect(await alarm.rings()).toBe(true);
  used = 50;
  later();
  expect([await alarm.rings(), alarm.reason()]).toEqual([false, undefined]);
  expect(said).toEqual(['Redis is nearly full: pushing waits', 'Redis has room again']);
});

test('a Redis without a limit never rings', async () => {
  expect(await alarmAt(() => memory(1e12, 0)).alarm.rings()).toBe(false);
});

test('it is asked once a second at most', async () => {
  let asked = 0;
  const { alarm } = alarmAt(() => memory(++asked, 100));
  await alarm.rings();
  await alarm.rings();
  expect(asked).toBe(1);
});
