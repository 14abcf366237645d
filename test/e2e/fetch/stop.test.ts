import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { answering, brief, cleanUp, fetcherWith, textOf, world } from '../../support/fetch-world.ts';
import { type RawRequest, response } from '../../support/raw-server.ts';

afterEach(cleanUp);

describe('a stop', () => {
  const interrupted = { kind: 'interrupted', why: 'stopping' };

  it('before the fetch sends nothing', async () => {
    const { host, fetchPage } = await answering(response(200, {}));
    expect(brief(await fetchPage(host.url(), {}, {}, AbortSignal.abort()))).toEqual(interrupted);
    expect(host.heads).toEqual([]);
  });

  it('ends a fetch that waits for its head, and resets the connection: nothing of it arrives later', async () => {
    const stop = new AbortController();
    let gone: Promise<unknown[]> | undefined;
    const { host, fetchPage } = await world(({ socket }) => {
      gone = once(socket, 'close').catch((error: NodeJS.ErrnoException) => [error.code]);
      stop.abort();
    });
    expect(brief(await fetchPage(host.url(), {}, {}, stop.signal))).toEqual(interrupted);
    expect(await gone).toEqual(['ECONNRESET']);
  });

  it('ends a fetch that waits for its connection', async () => {
    const stop = new AbortController();
    const { fetchPage } = fetcherWith({ dns: { lookup: () => stop.abort() } });
    expect(brief(await fetchPage('http://slow.example/', {}, {}, stop.signal))).toEqual(interrupted);
  });

  it('ends a fetch that waits for the turn of a redirect', async () => {
    const stop = new AbortController();
    const { host, fetchPage } = await answering(response(302, { location: '/x' }));
    const askForHop = () => {
      stop.abort();
      return new Promise<'go'>(() => {});
    };
    expect(brief(await fetchPage(host.url(), {}, { askForHop }, stop.signal))).toEqual(interrupted);
  });

  it('ends all fetches of its signal and no other', async () => {
    const stop = new AbortController();
    const held: RawRequest[] = [];
    const { host, fetchPage } = await world((request) => {
      held.push(request);
      if (held.length === 4) stop.abort();
    });
    const stopped = Array.from({ length: 3 }, () => fetchPage(host.url(), {}, {}, stop.signal));
    const other = fetchPage(host.url('/other'));
    expect((await Promise.all(stopped)).map(brief)).toEqual([interrupted, interrupted, interrupted]);
    for (const { head, socket } of held) if (head.startsWith('GET /other ')) socket.write(response(200, {}, 'there'));
    expect(textOf(await other)).toBe('there');
  });

  it('is what closing the fetcher means to a fetch in flight', async () => {
    const { host, fetchPage, close } = await world(() => void close());
    expect(brief(await fetchPage(host.url()))).toEqual(interrupted);
  });
});
