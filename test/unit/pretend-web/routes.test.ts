import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byteOrderMarks, charsetSamples } from '../../support/pretend-web/encode-charset.ts';
import { type PretendWeb, startPretendWeb } from '../../support/pretend-web/start-pretend-web.ts';
import { askWeb, type WebAnswer } from './ask-web.ts';

let web: PretendWeb;
const clock = { ms: 1e6 };

beforeAll(async () => {
  web = await startPretendWeb({ nowMs: () => clock.ms });
});
afterAll(() => web.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<WebAnswer> =>
  askWeb(web.url(path), { headers });
const statuses = async (path: string, times: number): Promise<number[]> => {
  const seen: number[] = [];
  for (let n = 0; n < times; n += 1) seen.push((await get(path)).status);
  return seen;
};
/** The response as soon as its head is here; what breaks after that is told by the response itself. */
const headOf = async (path: string): Promise<IncomingMessage> => {
  const asking = request(web.url(path), { agent: false }).on('error', () => {});
  const [response] = (await once(asking.end(), 'response')) as [IncomingMessage];
  return response;
};
const failureOf = (path: string): Promise<string> =>
  get(path).then(
    () => 'none',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

describe('plain answers', () => {
  it('/held answers nobody until it is let go, and then everybody', async () => {
    const answers: string[] = [];
    const early = get('/held').then(() => answers.push('held'));
    await get('/ok').then(() => answers.push('ok'));
    web.letGo();
    await early;
    await get('/held').then(() => answers.push('held'));
    expect(answers).toEqual(['ok', 'held', 'held']);
  });

  it('/ok and /delay are small JSON', async () => {
    for (const path of ['/ok', '/delay/1']) expect(JSON.parse((await get(path)).body.toString())).toEqual({ ok: true });
  });

  it.each([300, 1024, 51_200])('/json is JSON of exactly %d bytes', async (bytes) => {
    const { body, headers } = await get(`/json?bytes=${bytes}&id=7`);
    expect(body.length).toBe(bytes);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body.toString())).toMatchObject({ id: 7, currency: 'EUR' });
  });

  it.each([1000, 51_200])('/page is an HTML product page of exactly %d bytes', async (bytes) => {
    const { body, headers } = await get(`/page?bytes=${bytes}&id=7`);
    expect(body.length).toBe(bytes);
    expect(headers['content-type']).toContain('text/html');
    expect(body.toString()).toMatch(/<meta charset="utf-8"><title>.*no\. 7<\/title>[^]*class="price"[^]*<\/html>/);
  });

  it('says how many bytes it needs at least', async () => {
    expect((await get('/page?bytes=3')).body.toString()).toMatch(/at least \d+ are needed/);
  });

  it.each([200, 204, 304, 404, 429, 500, 520])('/status/%d answers so', async (status) => {
    expect((await get(`/status/${status}?delay=2`)).status).toBe(status);
  });

  it('/status may carry Retry-After', async () => {
    expect((await get('/status/503?retry-after=2')).headers['retry-after']).toBe('2');
  });
});

describe('overload', () => {
  it('/flaky fails as often as told, per id and per host', async () => {
    expect(await statuses('/flaky?id=a&fails=2&status=503', 4)).toEqual([503, 503, 200, 200]);
    expect(await statuses('/flaky?id=b', 2)).toEqual([500, 200]);
    expect((await askWeb(web.url('/flaky?id=a&fails=2', '127.0.0.2'))).status).toBe(500);
  });

  it('/limited answers 429 as often as told, with Retry-After only if told', async () => {
    const first = await get('/limited?id=a&times=1&retry-after=1');
    expect([first.status, first.headers['retry-after']]).toEqual([429, '1']);
    expect(await statuses('/limited?id=a&times=1', 1)).toEqual([200]);
    expect((await get('/limited?id=b')).headers).not.toHaveProperty('retry-after');
  });

  it('/limited-host answers 429 while more than so many were let in within the last second', async () => {
    expect(await statuses('/limited-host?per-second=2', 3)).toEqual([200, 200, 429]);
    clock.ms += 999;
    expect(await statuses('/limited-host?per-second=2', 1)).toEqual([429]);
    clock.ms += 1;
    expect(await statuses('/limited-host?per-second=2', 3)).toEqual([200, 200, 429]);
  });
});

describe('redirects', () => {
  const follow = async (path: string): Promise<(number | string)[]> => {
    const { status, headers } = await get(path);
    return headers.location === undefined ? [status] : [status, ...(await follow(headers.location))];
  };

  it('/redirect takes so many hops to where it was told', async () => {
    expect(await follow('/redirect?to=/status/410&hops=3&status=307')).toEqual([307, 307, 307, 410]);
    expect(await follow('/redirect')).toEqual([302, 200]);
  });

  it('/redirect-loop leads to itself', async () => {
    expect((await get('/redirect-loop?n=1')).headers.location).toBe('/redirect-loop');
  });

  it('/redirect-to sends any address as it is', async () => {
    expect((await get('/redirect-to?url=ftp%3A%2F%2Fx%2F')).headers.location).toBe('ftp://x/');
    expect((await get('/redirect-to')).status).toBe(400);
  });
});

describe('bodies', () => {
  it.each(['', '&chunked=1'])('/big sends as many bytes as asked%s', async (more) => {
    expect((await get(`/big?bytes=3000001${more}`)).body.length).toBe(3_000_001);
  });

  it('/slow-body arrives whole, in pieces', async () => {
    const { body, headers } = await get('/slow-body?chunks=7&every=1&bytes=100');
    expect([body.length, headers['content-length']]).toEqual([100, '100']);
  });

  it('/drip goes on until the client leaves', async () => {
    const response = await headOf('/drip?every=1');
    let bytes = 0;
    for await (const chunk of response) if ((bytes += chunk.length) > 3) break;
    expect(bytes).toBeGreaterThan(3);
  });
});

describe('broken connections', () => {
  it('/reset breaks off before the head', async () => {
    expect(await failureOf('/reset')).toBe('ECONNRESET');
    expect(await failureOf('/reset?how=close')).toBe('ECONNRESET');
  });

  it.each(['/reset-in-body', '/short-body'])('%s sends the head and some of the body, no more', async (path) => {
    const response = await headOf(`${path}?bytes=100&sent=40`);
    let bytes = 0;
    response.on('data', (chunk: Buffer) => (bytes += chunk.length));
    await expect(once(response, 'end')).rejects.toThrow();
    expect([response.headers['content-length'], bytes]).toEqual(['100', 40]);
  });
});

describe('content encodings', () => {
  it.each([
    ['/gzip?bytes=5000', 'gzip', gunzipSync],
    ['/br?bytes=5000', 'br', brotliDecompressSync],
    ['/deflate?bytes=5000', 'deflate', inflateSync],
    ['/deflate?bytes=5000&form=raw', 'deflate', inflateRawSync],
    ['/zstd?bytes=5000', 'zstd', zstdDecompressSync],
  ] as const)('%s is the product, encoded', async (path, encoding, decode) => {
    const { headers, body } = await get(path);
    expect(headers['content-encoding']).toBe(encoding);
    expect(body.length).toBeLessThan(1000);
    const plain = decode(body);
    expect(plain.length).toBe(5000);
    expect(JSON.parse(plain.toString()).id).toBe(1);
  });

  it('/bad-gzip and /truncated-gzip cannot be decoded', async () => {
    const bad = await get('/bad-gzip');
    expect(() => gunzipSync(bad.body)).toThrow('invalid block type');
    const half = await get('/truncated-gzip');
    expect(() => gunzipSync(half.body)).toThrow('unexpected end of file');
  });
});

describe('charsets', () => {
  const heading = (page: string): string | undefined => /<h1>(.*)<\/h1>/.exec(page)?.[1];

  it.each(Object.entries(charsetSamples))(
    '%s is told in the header or in a meta element, never in both',
    async (label, sample) => {
      const byHeader = await get(`/charset?label=${label}`);
      const byMeta = await get(`/charset?label=${label}&where=meta`);
      expect(byHeader.headers['content-type']).toBe(`text/html; charset=${label}`);
      expect(byMeta.headers['content-type']).toBe('text/html');
      expect(heading(new TextDecoder(label).decode(byHeader.body))).toBe(sample);
      const meta = new TextDecoder(label).decode(byMeta.body);
      expect([heading(meta), meta.includes(`<meta charset="${label}">`)]).toEqual([sample, true]);
      expect(byHeader.body.includes('meta')).toBe(false);
    },
  );

  it.each(Object.entries(byteOrderMarks))('%s may be told by a byte order mark alone', async (label, mark) => {
    const { body, headers } = await get(`/charset?label=${label}&where=bom`);
    expect(body.subarray(0, mark.length)).toEqual(mark);
    expect(headers['content-type']).toBe('text/html');
  });

  it('refuses a charset it cannot write, and a mark that does not exist', async () => {
    expect(await statuses('/charset?label=klingon', 1)).toEqual([400]);
    expect(await statuses('/charset?label=koi8-r&where=bom', 1)).toEqual([400]);
  });
});

describe('mirrors', () => {
  it('/etag is not modified for who knows it, until the version changes', async () => {
    const { etag = '' } = (await get('/etag?version=1')).headers;
    expect((await get('/etag?version=1', { 'if-none-match': `"0", W/${etag}` })).status).toBe(304);
    expect((await get('/etag?version=2', { 'if-none-match': etag })).status).toBe(200);
  });

  it('/echo and /headers show the request', async () => {
    const sent = { method: 'PUT', headers: { 'x-test': '1' }, body: 'grüß' };
    const echoed = JSON.parse((await askWeb(web.url('/echo?a=1'), sent)).body.toString());
    expect(echoed).toMatchObject({ method: 'PUT', url: '/echo?a=1', body: 'grüß', headers: { 'x-test': '1' } });
    expect(JSON.parse((await get('/headers', { 'x-test': '2' })).body.toString())).toMatchObject({ 'x-test': '2' });
  });
});

describe('the catalogue', () => {
  it('links to products that exist', async () => {
    const page = (await get('/catalogue?page=200')).body.toString();
    const links = [...page.matchAll(/href="(\/products\/\d+)"/g)].map((match) => match[1] ?? '');
    expect([links.length, links.at(-1)]).toEqual([50, '/products/10000']);
    expect((await get(links.at(-1) ?? '')).status).toBe(200);
    expect(page).not.toContain('rel="next"');
    expect((await get('/catalogue')).body.toString()).toContain('rel="next" href="/catalogue?page=2"');
  });

  it('has every product as HTML and as JSON, and no others', async () => {
    const shown = (await get('/products/17')).body.toString();
    const { title, price } = JSON.parse((await get('/products/17.json')).body.toString());
    expect(shown).toContain(`<title>${title}</title>`);
    expect(shown).toContain(`>${price}</p>`);
    for (const none of ['0', '10001', 'x', '']) expect(await statuses(`/products/${none}`, 1)).toEqual([404]);
  });
});
