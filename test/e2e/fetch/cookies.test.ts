import { createCookieStore } from '@trawl/shared/frontier/cookie-store.ts';
import { firstShard } from '@trawl/shared/frontier/shard.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import { afterEach, expect, it } from 'vitest';
import { openCookieJar } from '../../../apps/worker/src/cookies/cookie-jar.ts';
import { brief, cleanUp, textOf, world } from '../../support/fetch-world.ts';
import { response } from '../../support/raw-server.ts';
import { withRedisOfItsOwn } from '../../support/redis-of-a-file.ts';

let redis: Redis;
withRedisOfItsOwn((connection) => {
  redis = connection;
});
afterEach(cleanUp);

const jar = () => openCookieJar({ store: createCookieStore(redis, firstShard), run: 'r', nowMs: () => Date.now() });

type Answer = { status?: number; headers?: Record<string, string> };
/** Answers with the cookies that it was sent, unless the test says otherwise. */
const telling = (answerOf: (path: string, cookie: string) => Answer) =>
  world(({ head, socket }) => {
    const cookie = /^cookie: (.*)$/m.exec(head)?.[1]?.trim() ?? '';
    const { status = 200, headers = {} } = answerOf(head.split(' ')[1] ?? '', cookie);
    socket.write(response(status, headers, cookie));
  });
const cookiesOf = (heads: string[]) => heads.map((head) => /^cookie: (.*)$/m.exec(head)?.[1]?.trim() ?? '');

it('a page that redirects to itself until it is shown its cookie is reached', async () => {
  const again = { status: 302, headers: { location: '/', 'set-cookie': 'seen=1' } };
  const { host, fetchPage } = await telling((_, cookie) => (cookie === '' ? again : {}));
  expect(brief(await fetchPage(host.url()))).toMatchObject({ kind: 'forbidden', why: 'redirect-loop' });
  expect(textOf(await fetchPage(host.url(), {}, { cookies: jar() }))).toBe('seen=1');
});

it('a circle that its cookies do not open is a loop, and one with ever new cookies meets the limit', async () => {
  let count = 0;
  const { host, fetchPage } = await telling((path) => {
    const cookie = path === '/same' ? 'a=1' : `n=${++count}`;
    return { status: 302, headers: { location: path, 'set-cookie': cookie } };
  });
  const ask = async (path: string) => brief(await fetchPage(host.url(path), {}, { cookies: jar() }));
  expect(await ask('/same')).toMatchObject({ why: 'redirect-loop' });
  expect(host.heads).toHaveLength(2);
  expect(await ask('/new')).toMatchObject({ why: 'redirect-limit' });
});

it('a redirect to another host carries none of the cookies, its own or those of the user', async () => {
  const other = await telling(() => ({ headers: { 'set-cookie': 'other=1' } }));
  const target = other.host.url('/', 'localhost');
  const { host, fetchPage } = await telling(() => ({
    status: 302,
    headers: { location: target, 'set-cookie': 'here=1' },
  }));
  await fetchPage(host.url(), { headers: { cookie: 'mine=1' } }, { cookies: jar() });
  await fetchPage(host.url(), {}, { cookies: jar() });
  expect(cookiesOf(host.heads)).toEqual(['mine=1', 'here=1']);
  expect(cookiesOf(other.host.heads)).toEqual(['', 'other=1']);
});

it('answers of every status set cookies, several at a time', async () => {
  const { host, fetchPage } = await telling((path) => ({
    status: path === '/' ? 200 : 503,
    headers: path === '/' ? {} : { 'set-cookie': 'a=1\r\nset-cookie: b=2; Path=/' },
  }));
  await fetchPage(host.url('/x'), {}, { cookies: jar() });
  expect(textOf(await fetchPage(host.url(), {}, { cookies: jar() }))).toBe('a=1; b=2');
});

it('without a jar nothing is sent but what the user says', async () => {
  const { host, fetchPage } = await telling(() => ({ headers: { 'set-cookie': 'a=1' } }));
  await fetchPage(host.url());
  await fetchPage(host.url(), { headers: { cookie: 'mine=1' } });
  expect(cookiesOf(host.heads)).toEqual(['', 'mine=1']);
  expect(await redis.keys('*')).toEqual([]);
});
