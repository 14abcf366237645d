import { type End, type HostileCase, type HostRequest, hostile, ok, reset } from '../hostile-case.ts';
import { answer, head, inTurn, resetAfter, says } from '../replies.ts';

const cap = 600_000;
const [now, later] = ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sun, 06 Nov 1994 08:50:07 GMT'];

/** What a host asks for, and for how long it is left alone; undefined: it has said nothing that can be obeyed. */
const pauses: Record<string, number | undefined> = {
  '0': 1000,
  '1': 1000,
  '30': 30_000,
  '  30  ': 30_000,
  '030': 30_000,
  '1.5': 1500,
  '2.': 2000,
  '0.0001': 1000,
  '600': cap,
  '601': cap,
  '86400': cap,
  '2147483': cap,
  '2147484': cap,
  '4294967296': cap,
  '9007199254740993': cap,
  ['9'.repeat(400)]: cap,
  [later]: 30_000,
  'Sunday, 06-Nov-94 08:50:07 GMT': 30_000,
  'Sun Nov  6 08:50:07 1994': 30_000,
  'Sun, 06 Nov 1994 08:49:30 GMT': 1000,
  'Thu, 01 Jan 1970 00:00:00 GMT': 1000,
  'Fri, 31 Dec 9999 23:59:59 GMT': cap,
  'Sun, 06 Nov 1994 08:50:60 GMT': 83_000,
  '30, 60': 30_000,
  'soon, 60': 60_000,
  [`${later}, 5`]: 30_000,
  '': undefined,
  '-1': undefined,
  '-30': undefined,
  '+30': undefined,
  '1e3': undefined,
  '0x1e': undefined,
  '1,5': 1000,
  NaN: undefined,
  Infinity: undefined,
  null: undefined,
  '30s': undefined,
  '30 seconds': undefined,
  soon: undefined,
  'Sun, 06 Nov 1994': undefined,
  'Sun, 31 Feb 1994 08:49:37 GMT': undefined,
  'Sun, 06 Nov 1994 25:00:00 GMT': undefined,
  'Sun, 06 Nov 1994 08:49:37 +0200': undefined,
  '1994-11-06T08:50:07Z': undefined,
  '\xb2': undefined,
};

/** Of answers that say no: the status counts, whatever becomes of the body. */
const brokenBodies: Record<string, [Record<string, string>, string]> = {
  'does not come': [{ 'content-length': '9' }, ''],
  'breaks off': [{ 'content-length': '9' }, 'x'],
  'is damaged': [{ 'content-length': '9', 'content-encoding': 'gzip' }, 'no gzip!!'],
  'is of an unknown coding': [{ 'content-length': '9', 'content-encoding': 'unknown' }, 'who knows'],
  'is too large': [{ 'content-length': '2000' }, 'x'.repeat(2000)],
  'has broken chunks': [{ 'transfer-encoding': 'chunked' }, 'no chunk'],
};

const endOf = (status: number, pauseMs: number | undefined): End => {
  if (pauseMs !== undefined) return `status-${status} > defer ${pauseMs}`;
  return status === 429 ? 'status-429 > defer' : 'http-error status-503 > retry';
};

const idleClose = (close: (request: HostRequest) => void) =>
  inTurn(says(answer(200, {}, 'first')), close, says(answer(200, {}, 'again')));

export const retries: HostileCase[] = [
  ...[429, 503].flatMap((status) =>
    Object.entries(pauses).map(([asked, pauseMs]) =>
      hostile({
        name: `retry/${status} with retry-after: ${JSON.stringify(asked.slice(0, 40))}`,
        host: says(answer(status, { date: now, 'retry-after': asked })),
        settings: { retryAfterCapMs: cap },
        ends: endOf(status, pauseMs),
      }),
    ),
  ),
  ...[429, 503].flatMap((status) => [
    hostile({
      name: `retry/${status} with two headers`,
      host: says(`HTTP/1.1 ${status} No\r\nretry-after: 7\r\nretry-after: 9\r\ncontent-length: 0\r\n\r\n`),
      ends: endOf(status, 7000),
    }),
    hostile({
      name: `retry/${status} with two headers, the first of them wrong`,
      host: says(`HTTP/1.1 ${status} No\r\nretry-after: x\r\nretry-after: 9\r\ncontent-length: 0\r\n\r\n`),
      ends: endOf(status, 9000),
    }),
    hostile({
      name: `retry/${status} under a cap of 5 s`,
      host: says(answer(status, { 'retry-after': '3600' })),
      settings: { retryAfterCapMs: 5000 },
      ends: endOf(status, 5000),
    }),
    hostile({
      name: `retry/${status} under a cap of 1 ms`,
      host: says(answer(status, { 'retry-after': '0' })),
      settings: { retryAfterCapMs: 1 },
      ends: endOf(status, 1),
    }),
  ]),
  ...[200, 301, 404, 500].map((status) =>
    hostile({
      name: `retry/${status} with retry-after: 60`,
      host: says(answer(status, { 'retry-after': '60' })),
      ends: `${status === 200 ? 'ok' : 'http-error'} status-${status}${status === 500 ? ' > retry' : ''}`,
    }),
  ),
  ...Object.entries(brokenBodies).flatMap(([what, [headers, body]]) =>
    [404, 429, 500, 503].map((status) =>
      hostile({
        name: `retry/${status} with a body that ${what}`,
        host: ({ socket }) => {
          socket.write(head(status, { 'retry-after': '7', ...headers }));
          if (what === 'does not come') return;
          socket.end(body);
        },
        settings: { bodyTimeoutMs: what === 'does not come' ? 150 : 20_000, maxBodyBytes: 1000 },
        ends:
          status === 429 || status === 503
            ? endOf(status, 7000)
            : `http-error status-${status}${status === 500 ? ' > retry' : ''}`,
      }),
    ),
  ),
  hostile({
    name: 'retry/a kept connection that is closed as it is used again',
    host: idleClose(({ socket }) => void socket.end()),
    ends: [ok, ok],
    requests: 3,
  }),
  hostile({
    name: 'retry/a kept connection that is reset as it is used again',
    host: idleClose(({ socket }) => void socket.resetAndDestroy()),
    ends: [ok, ok],
    requests: 3,
  }),
  hostile({
    name: 'retry/a kept connection that breaks in a head',
    host: idleClose(({ socket }) => resetAfter(socket, Buffer.from('HTTP/1.1 20'))),
    ends: [ok, ok],
    requests: 3,
  }),
  hostile({
    name: 'retry/a kept connection that breaks in a body',
    host: idleClose(({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx')),
    ends: [ok, reset],
  }),
  hostile({
    name: 'retry/a kept connection that is closed under a POST',
    host: idleClose(({ socket }) => void socket.end()),
    overrides: { method: 'POST', body: 'once' },
    ends: [ok, reset],
  }),
  hostile({
    name: 'retry/every connection is closed',
    host: ({ number, socket }) => void (number === 1 ? socket.write(answer(200)) : socket.end()),
    ends: [ok, reset],
    requests: 3,
  }),
  hostile({
    name: 'retry/a new connection that is closed is not replaced',
    host: ({ socket }) => void socket.end(),
    ends: reset,
  }),
];
