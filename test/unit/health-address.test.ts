import { workerSettings } from '@trawl/shared/platform/app-settings.ts';
import { healthAddress } from '@trawl/shared/platform/health/health-address.ts';
import { readProcessSettings } from '@trawl/shared/platform/read-process-settings.ts';
import { expect, test } from 'vitest';

const read = (given: string) => healthAddress.schema.safeParse(given).data;

test('a port alone is one of this machine only', () => {
  expect(read('9464')).toEqual({ host: '127.0.0.1', port: 9464 });
  expect(read(' 0 ')).toEqual({ host: '127.0.0.1', port: 0 });
});

test('an address before the port is where it listens', () => {
  expect(read('0.0.0.0:9464')).toEqual({ host: '0.0.0.0', port: 9464 });
  expect(read('[::1]:0')).toEqual({ host: '::1', port: 0 });
});

test('off is no address', () => {
  expect(read('off')).toBe('off');
});

test.each(['', 'on', '65536', '-1', '9464x', ':9464', '0.0.0.0', '::1:9464', 'http://x:1'])(
  '%j is refused',
  (given) => {
    expect(healthAddress.schema.safeParse(given).success).toBe(false);
  },
);

test('without a word a process answers on a free port of the loopback', () => {
  const { health } = readProcessSettings(workerSettings, { args: [], variables: { REDIS_URL: 'redis://127.0.0.1' } });
  expect(health).toEqual({ host: '127.0.0.1', port: 0 });
  expect(healthAddress.show(health)).toBe('127.0.0.1:0');
});

test('a bad address is refused by both names of the setting', () => {
  const start = () => readProcessSettings(workerSettings, { args: [], variables: { TRAWL_HEALTH: 'everywhere' } });
  expect(start).toThrow(/--health \/ TRAWL_HEALTH: expected a port .* or off, got "everywhere"/);
});
