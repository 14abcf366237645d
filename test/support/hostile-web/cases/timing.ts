import { zlibOf } from '../coded.ts';
import { type HostileCase, hostile, late, ok } from '../hostile-case.ts';
import { answer, bytesOf, chunked, drips, floods, forever, head, inTurn, says, silence } from '../replies.ts';

const single = (bytes: Uint8Array): Buffer[] => Array.from(bytes, (byte) => Buffer.of(byte));
/** Only the limit that is to be passed: on a slow machine another might be passed first. */
const noHead = { headersTimeoutMs: 200 };
const noBody = { bodyTimeoutMs: 200 };
/** The total is short, the rest long: what drips shows life in every stage. */
const total = { totalTimeoutMs: 300 };
const large = { 'content-length': '1000000' };

export const timing: HostileCase[] = [
  hostile({ name: 'timing/silence', host: silence, settings: noHead, ends: late('headers') }),
  hostile({ name: 'timing/silence, with a total only', host: silence, settings: total, ends: late('total') }),
  hostile({
    name: 'timing/nothing is read',
    host: { connection: (socket) => void socket.pause() },
    settings: noHead,
    ends: late('headers'),
    requests: 0,
  }),
  hostile({
    name: 'timing/nothing is read of a large request',
    host: { connection: (socket) => void socket.pause() },
    overrides: { method: 'POST', body: 'x'.repeat(8_000_000) },
    settings: noHead,
    ends: late('headers'),
    requests: 0,
  }),
  hostile({
    name: 'timing/a head, drop by drop, for too long',
    host: ({ socket }) => drips(socket, single(answer(200, { x: 'y'.repeat(2000) }))),
    settings: noHead,
    ends: late('headers'),
  }),
  hostile({
    name: 'timing/a head, drop by drop, for not too long',
    host: ({ socket }) => drips(socket, single(answer(200, {}, 'hello')), 1),
    ends: ok,
  }),
  hostile({
    name: 'timing/a body, drop by drop, of known length',
    host: ({ socket }) => {
      socket.write(head(200, large));
      drips(socket, forever('x'));
    },
    settings: total,
    ends: late('total'),
  }),
  hostile({
    name: 'timing/a body, drop by drop, in chunks',
    host: ({ socket }) => {
      socket.write(head(200, { 'transfer-encoding': 'chunked' }));
      drips(socket, forever('1\r\nx\r\n'));
    },
    settings: total,
    ends: late('total'),
  }),
  hostile({
    name: 'timing/a body, drop by drop, until the end',
    host: ({ socket }) => {
      socket.write(head(200));
      drips(socket, forever('x'));
    },
    settings: total,
    ends: late('total'),
  }),
  ...(['gzip', 'deflate', 'br', 'zstd'] as const).map((coding) =>
    hostile({
      name: `timing/a ${coding} body, drop by drop`,
      host: ({ socket }) => {
        socket.write(head(200, { ...large, 'content-encoding': coding }));
        drips(socket, single(zlibOf(coding, Buffer.from('hello '.repeat(10_000)))), 20);
      },
      settings: total,
      ends: late('total'),
    }),
  ),
  hostile({
    name: 'timing/a body with pauses that are not too long',
    host: ({ socket }) => {
      socket.write(head(200, { 'content-length': '5' }));
      drips(socket, single(Buffer.from('hello')), 60);
    },
    settings: { bodyTimeoutMs: 20_000 },
    ends: ok,
  }),
  hostile({
    name: 'timing/silence in a chunk',
    host: says(head(200, { 'transfer-encoding': 'chunked' }), '5\r\nhel'),
    settings: noBody,
    ends: late('body'),
  }),
  hostile({
    name: 'timing/silence behind the last chunk',
    host: says(head(200, { 'transfer-encoding': 'chunked' }), '5\r\nhello\r\n0\r\n'),
    settings: noBody,
    ends: late('body'),
  }),
  hostile({
    name: 'timing/a coded body that is whole, but not its length',
    host: says(head(200, { ...large, 'content-encoding': 'gzip' }), zlibOf('gzip', Buffer.from('hello'))),
    settings: noBody,
    ends: late('body'),
  }),
  hostile({
    name: 'timing/an answer before the request was read',
    host: {
      connection: (socket) => {
        socket.write(answer(200, { connection: 'close' }, 'early'));
        socket.resume();
      },
    },
    ends: [[ok, 'cut-short malformed-response > retry']],
    requests: 0,
  }),
  hostile({
    name: 'timing/an answer while the request is being sent',
    host: {
      connection: (socket) => void socket.once('data', () => socket.write(answer(413, { connection: 'close' }))),
    },
    overrides: { method: 'POST', body: 'x'.repeat(4_000_000) },
    ends: [['http-error status-413', 'cut-short reset > retry']],
    requests: 0,
  }),
  hostile({
    name: 'timing/redirects, each of them slow',
    host: ({ number, socket }) => {
      setTimeout(() => socket.write(answer(302, { location: `/${number + 1}` })), 60).unref();
    },
    settings: { totalTimeoutMs: 250, maxRedirects: 20 },
    ends: late('total'),
    requests: 20,
  }),
  hostile({
    name: 'timing/a redirect whose body does not come',
    host: inTurn(says(head(302, { location: '/next', 'content-length': '100' })), says(answer(200, {}, 'there'))),
    settings: { bodyTimeoutMs: 100 },
    ends: ok,
    requests: 2,
  }),
  hostile({
    name: 'timing/a redirect whose body does not end',
    host: inTurn(
      ({ socket }) => {
        socket.write(head(302, { location: '/next' }));
        drips(socket, forever('x'));
      },
      says(answer(200, {}, 'there')),
    ),
    ends: ok,
    requests: 2,
  }),
  hostile({
    name: 'timing/a fast body that never ends',
    host: ({ socket }) => {
      socket.write(head(200));
      floods(socket, forever(Buffer.alloc(65_536)));
    },
    ends: 'cut-short too-large',
    bytes: 24 * 1024 ** 2,
  }),
  hostile({
    name: 'timing/silence on a kept connection',
    host: inTurn(says(answer(200)), silence),
    settings: { headersTimeoutMs: 2000 },
    ends: [ok, late('headers')],
  }),
  hostile({
    name: 'timing/slow and whole, for comparison',
    host: ({ socket }) => drips(socket, [head(200, { 'transfer-encoding': 'chunked' }), bytesOf(chunked('hello'))], 50),
    ends: ok,
  }),
];
