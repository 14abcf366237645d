import assert from 'node:assert/strict';
import { type HostileCase, type HostRequest, hostile, ok } from '../hostile-case.ts';
import { answer, drips, forever, head, inTurn, redirectsTo, says } from '../replies.ts';

const there = says(answer(200, {}, 'there'));
const ask = (requests: HostRequest[]) => requests.map(({ method, path }) => `${method} ${path}`);

const redirectStatuses = [301, 302, 303, 307, 308];
/** What stands in `location`, and which path is asked for then. */
const targets: Record<string, string> = {
  '/there': '/there',
  there: '/there',
  './there': '/there',
  '../../there': '/there',
  '/a/../there': '/there',
  '?q=1': '/0?q=1',
  '/there#part': '/there',
  '/there?q=1#part?x': '/there?q=1',
  ' /there ': '/there',
  '/th ere': '/th%20ere',
  '/k\xc3\xa4se': '/k%C3%A4se',
  '/k\xe4se': '/k%C3%A4se',
  '/%e4': '/%e4',
  '/%': '/%',
  '/%zz': '/%zz',
  '\\there': '/there',
  '/there\\x': '/there/x',
  '/?q=\xc3\xbc': '/?q=%C3%BC',
  '/"<>`{}': '/%22%3C%3E%60%7B%7D',
  'http:there': '/there',
  '/x;y=z': '/x;y=z',
  '/there?a=1&a=2': '/there?a=1&a=2',
};

const refused: Record<string, string> = {
  'ftp://host/x': 'redirect-scheme',
  'file:///etc/passwd': 'redirect-scheme',
  'javascript:alert(1)': 'redirect-scheme',
  'data:text/html,x': 'redirect-scheme',
  'mailto:a@b.example': 'redirect-scheme',
  'ws://host/': 'redirect-scheme',
  'gopher://host/': 'redirect-scheme',
  'blob:http://host/x': 'redirect-scheme',
  'about:blank': 'redirect-scheme',
  'redis://127.0.0.1/': 'redirect-scheme',
  'intent://x#Intent;end': 'redirect-scheme',
  'http://': 'redirect-invalid',
  'http://[': 'redirect-invalid',
  'http://[::1': 'redirect-invalid',
  'http://host:99999/': 'redirect-invalid',
  'http://host:x/': 'redirect-invalid',
  'http://a b/': 'redirect-invalid',
  'http://%00/': 'redirect-invalid',
  'http://exa<mple/': 'redirect-invalid',
  'https://': 'redirect-invalid',
  '//': 'redirect-invalid',
  'http://1.2.3.4.5/': 'redirect-invalid',
  'http://256.256.256.256/': 'redirect-invalid',
  [`/${'x'.repeat(66_000)}`]: 'redirect-invalid',
};

export const redirects: HostileCase[] = [
  ...Object.entries(targets).map(([location, path]) =>
    hostile({
      name: `redirect/to ${JSON.stringify(location)}`,
      host: inTurn(redirectsTo(location), there),
      ends: ok,
      requests: 2,
      saw: (requests) => assert.deepEqual(ask(requests), ['GET /0', `GET ${path}`]),
    }),
  ),
  ...Object.entries(refused).map(([location, reason]) =>
    hostile({
      name: `redirect/to ${JSON.stringify(location.slice(0, 60))}`,
      host: redirectsTo(location),
      settings: { maxHeadBytes: 100_000 },
      ends: `forbidden ${reason}`,
    }),
  ),
  ...redirectStatuses.flatMap((status) => [
    hostile({
      name: `redirect/${status} without a target`,
      host: says(answer(status)),
      ends: `http-error status-${status}`,
    }),
    hostile({
      name: `redirect/${status} to nothing`,
      host: says(answer(status, { location: '' })),
      ends: `http-error status-${status}`,
    }),
    hostile({ name: `redirect/${status} to itself`, host: redirectsTo('/0', status), ends: 'forbidden redirect-loop' }),
  ]),
  ...[200, 201, 300, 304, 305, 306, 404].map((status) =>
    hostile({
      name: `redirect/${status} with a target is none`,
      host: redirectsTo('/there', status),
      ends: `${status < 300 ? 'ok' : 'http-error'} status-${status}`,
    }),
  ),
  ...[0, 1, 5, 20].map((most) =>
    hostile({
      name: `redirect/more than ${most}`,
      host: (request) => redirectsTo(`/${request.number}`)(request),
      settings: { maxRedirects: most },
      ends: 'forbidden redirect-limit',
      requests: most + 1,
    }),
  ),
  ...[1, 5, 20].map((most) =>
    hostile({
      name: `redirect/exactly ${most}`,
      host: (request) => (request.number <= most ? redirectsTo(`/${request.number}`)(request) : there(request)),
      settings: { maxRedirects: most },
      ends: ok,
      requests: most + 1,
    }),
  ),
  hostile({
    name: 'redirect/in a circle of three hosts',
    host: (request) => redirectsTo(request.url('/0', ({ a: 'b', b: 'c', c: 'a' } as const)[request.side]))(request),
    ends: 'forbidden redirect-loop',
    requests: 4,
  }),
  hostile({ name: 'redirect/to itself with a fragment', host: redirectsTo('#part'), ends: 'forbidden redirect-loop' }),
  hostile({
    name: 'redirect/to two targets',
    host: says('HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n'),
    ends: 'forbidden redirect-invalid',
  }),
  hostile({
    name: 'redirect/to one target, twice',
    host: inTurn(says('HTTP/1.1 302 Found\r\nlocation: /a\r\nlocation: /a\r\ncontent-length: 0\r\n\r\n'), there),
    ends: ok,
    requests: 2,
  }),
  hostile({
    name: 'redirect/whose body breaks off',
    host: inTurn(({ socket }) => void socket.end(`${head(302, { location: '/a', 'content-length': '9' })}x`), there),
    ends: ok,
    requests: 2,
  }),
  hostile({
    name: 'redirect/whose body is damaged',
    host: inTurn(says(answer(302, { location: '/a', 'content-encoding': 'unknown' }, 'x')), there),
    ends: ok,
    requests: 2,
  }),
  hostile({
    name: 'redirect/to a host that answers nonsense',
    host: (request) =>
      request.side === 'a' ? redirectsTo(request.url('/x', 'b'))(request) : void request.socket.end('nonsense'),
    ends: 'cut-short malformed-response > retry',
    requests: 2,
  }),
  hostile({
    name: 'redirect/to a host that is silent',
    host: (request) => (request.side === 'a' ? redirectsTo(request.url('/x', 'b'))(request) : undefined),
    settings: { headersTimeoutMs: 200 },
    ends: 'timed-out headers > retry',
    requests: 2,
  }),
  hostile({
    name: 'redirect/to a host that does not exist',
    host: redirectsTo('http://nowhere.hostile.test/'),
    ends: 'unreachable no-such-host',
  }),
  hostile({
    name: 'redirect/to a host that drips',
    host: (request) => {
      if (request.side === 'a') return redirectsTo(request.url('/x', 'b'))(request);
      request.socket.write(head(200));
      drips(request.socket, forever('x'));
    },
    settings: { totalTimeoutMs: 300 },
    ends: 'timed-out total > retry',
    requests: 2,
  }),
];
