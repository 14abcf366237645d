import { type HostileCase, hostile, malformed, ok } from '../hostile-case.ts';
import { answer, bytesOf, chunked, head, inTurn, says } from '../replies.ts';

const poison = answer(200, {}, 'poison');
const text = { 'content-type': 'text/plain' };
const right = (path: string, headers = {}) => answer(200, { ...text, ...headers }, `right ${path}`);

/** What stands behind the first answer, and must not become the second. */
const surplus: Record<string, Uint8Array> = {
  'another answer': poison,
  'two others': bytesOf([poison, poison]),
  'half an answer': poison.subarray(0, 20),
  'a byte': Buffer.from('x'),
  'an empty line': Buffer.from('\r\n'),
  'empty lines and another answer': bytesOf(['\r\n\r\n', poison]),
  'an interim answer': Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'),
  'a redirect': answer(302, { location: '/poison' }),
  rubbish: Buffer.from('\0\xff rubbish\r\n\r\n'),
  'a megabyte of rubbish': Buffer.alloc(1024 ** 2, 'x'),
};

/** First answers that are whole before their host thinks so. */
const firsts: Record<string, Uint8Array> = {
  'a length': right('/0'),
  'no body': bytesOf(head(200, { 'content-length': '0' })),
  chunks: bytesOf([head(200, { 'transfer-encoding': 'chunked' }), chunked('right /0')]),
  'a 204': bytesOf(head(204)),
};

const fetchedTwice = (name: string, host: HostileCase['host'], more: Partial<HostileCase> = {}): HostileCase =>
  hostile({
    name: `keep-alive/${name}`,
    host,
    ends: [[ok, 'ok status-204'], ok],
    requests: 3,
    bytes: 8 * 1024 ** 2,
    text: 'right /1',
    ...more,
  });

export const keepAlive: HostileCase[] = [
  ...Object.entries(firsts).flatMap(([behind, first]) =>
    Object.entries(surplus).map(([what, bytes]) =>
      fetchedTwice(`${what} behind ${behind}`, ({ path, number, socket }) => {
        if (number === 1) socket.write(bytesOf([first, bytes]));
        else socket.write(right(path));
      }),
    ),
  ),
  ...Object.entries(surplus).map(([what, bytes]) =>
    fetchedTwice(
      `${what}, while the connection is idle`,
      ({ path, number, socket }) => {
        socket.write(right(path));
        if (number === 1) setTimeout(() => socket.write(bytes), 20).unref();
      },
      { pauseMs: 60 },
    ),
  ),
  fetchedTwice(
    'an answer that comes after its time limit',
    ({ path, number, socket }) => {
      if (number === 1) setTimeout(() => socket.write(poison), 5000).unref();
      else socket.write(right(path));
    },
    { settings: { headersTimeoutMs: 2000 }, ends: ['timed-out headers > retry', ok] },
  ),
  fetchedTwice('the end, behind the answer', ({ path, socket }) => void socket.end(right(path)), { requests: 2 }),
  fetchedTwice(
    'a reset, behind the answer',
    ({ path, socket }) => socket.write(right(path), () => socket.resetAndDestroy()),
    {
      ends: [
        [ok, 'cut-short reset > retry'],
        [ok, 'cut-short reset > retry'],
      ],
      text: undefined,
    },
  ),
  ...['timeout=0', 'timeout=99999999999999', 'timeout=-1', 'timeout=x', 'max=1', 'timeout=1e9, max=0', ''].map((hint) =>
    fetchedTwice(
      `keep-alive: ${JSON.stringify(hint)}`,
      ({ path, socket }) => void socket.write(right(path, { 'keep-alive': hint, connection: 'keep-alive' })),
      { requests: 2 },
    ),
  ),
  ...['close', 'Close', 'close, keep-alive', 'keep-alive, close', 'upgrade', 'x'].map((connection) =>
    fetchedTwice(`connection: ${connection}`, ({ path, socket }) => void socket.write(right(path, { connection })), {
      requests: 2,
    }),
  ),
  fetchedTwice('an error behind a good answer', inTurn(says(answer(200)), says('nonsense\r\n\r\n')), {
    ends: [ok, malformed],
    text: undefined,
    requests: 3,
  }),
];
