import { expect, test } from 'vitest';
import { queryAddresses } from '../../../../apps/worker/src/fetch/query-addresses.ts';

/** A resolver that cannot be asked at first. */
const refusing = (times: number) => {
  let asked = 0;
  return {
    resolve4: async () => {
      if (++asked <= times) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      return [{ address: '192.0.2.1', ttl: 60 }];
    },
    resolve6: async () => Promise.reject(Object.assign(new Error('none'), { code: 'ENODATA' })),
    asked: () => asked,
  };
};
const ask = (resolver: ReturnType<typeof refusing>, lack?: string) =>
  queryAddresses(resolver as never, 'shop.example', async () => lack);

test('a resolver that seems to refuse while this process may open no file is not blamed', async () => {
  expect(await ask(refusing(1), 'EMFILE')).toEqual({ kind: 'error', code: 'EMFILE' });
});

test('a resolver that refused is asked again: the file that was missing may be there', async () => {
  expect(await ask(refusing(2))).toMatchObject({ kind: 'addresses' });
});

test('a resolver that refuses three times is believed', async () => {
  const resolver = refusing(9);
  expect(await ask(resolver)).toEqual({ kind: 'error', code: 'ECONNREFUSED' });
  expect(resolver.asked()).toBe(3);
});
