import { type HostileCase, headTooLarge, hostile, late, malformed, ok, reset } from '../hostile-case.ts';
import { answer, bytesOf, drips, floods, forever, head, says } from '../replies.ts';

const lines = (...headers: string[]) => `HTTP/1.1 200 OK\r\n${headers.join('\r\n')}\r\ncontent-length: 1\r\n\r\nx`;

const brokenHeaders: Record<string, string> = {
  'without a colon': 'server',
  'without a name': ': x',
  'with a blank before the colon': 'server : x',
  'with a blank in its name': 'ser ver: x',
  'with a tab in its name': 'ser\tver: x',
  'with a NUL in its name': 'ser\0ver: x',
  'with a high byte in its name': 'serv\xe4r: x',
  'with a bracket in its name': 'ser(ver): x',
  'with a NUL in its value': 'server: a\0b',
  'with a control character in its value': 'server: a\x01b',
  'with DEL in its value': 'server: a\x7fb',
  'with a bare return in its value': 'server: a\rb',
  'that begins with a blank': ' server: x',
};

const oddHeaders: Record<string, string> = {
  'with an empty value': 'server:',
  'without a blank': 'server:x',
  'with many blanks': 'server:  \t  x  \t ',
  'with high bytes in its value': 'server: \x80\xff',
  'with UTF-8 in its value': 'server: gr\xc3\xbc\xc3\x9fe',
  'with all signs of a token': "!#$%&'*+-.^_`|~09az: x",
  'named __proto__': '__proto__: x',
  'named constructor': 'constructor: x',
  'named toString': 'toString: x',
  'named hasOwnProperty, twice': 'hasOwnProperty: x\r\nhasOwnProperty: y',
  'that came 100 times': Array.from({ length: 100 }, () => 'via: x').join('\r\n'),
  'with a cookie of 20 KB': `set-cookie: ${'x'.repeat(20_000)}`,
};

/** Heads whose bytes are exact, to the last of `\r\n\r\n`. */
const headOf = {
  'one long header': (bytes: number) => padded((n) => `x: ${'y'.repeat(n)}\r\n`, bytes),
  'a long reason': (bytes: number) => {
    const bare = 'HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n'.length;
    return `HTTP/1.1 200 ${'r'.repeat(bytes - bare)}\r\ncontent-length: 0\r\n\r\n`;
  },
  'a long name': (bytes: number) => padded((n) => `${'n'.repeat(n)}: x\r\n`, bytes),
  'blanks before a value': (bytes: number) => padded((n) => `x:${' '.repeat(n)}y\r\n`, bytes),
  'blanks behind a value': (bytes: number) => padded((n) => `x: y${' '.repeat(n)}\r\n`, bytes),
};
const padded = (header: (n: number) => string, bytes: number): string => {
  const bare = `HTTP/1.1 200 OK\r\n${header(0)}content-length: 0\r\n\r\n`.length;
  return `HTTP/1.1 200 OK\r\n${header(bytes - bare)}content-length: 0\r\n\r\n`;
};

const many = (headers: number) =>
  `HTTP/1.1 200 OK\r\n${Array.from({ length: headers - 1 }, (_, i) => `h${i}: x\r\n`).join('')}content-length: 0\r\n\r\n`;

/** Streams that never come to the end of a head. */
const endless: Record<string, [string, string]> = {
  'status line': ['HTTP/1.1 200 ', 'r'],
  'header name': ['HTTP/1.1 200 OK\r\n', 'n'],
  'header value': ['HTTP/1.1 200 OK\r\nx: ', 'v'],
  'blanks before a value': ['HTTP/1.1 200 OK\r\nx:', ' '],
  headers: ['HTTP/1.1 200 OK\r\n', 'x: y\r\n'],
  'empty lines before the status line': ['', '\r\n'],
  'header of a 103': ['HTTP/1.1 103 Early Hints\r\nlink: ', 'v'],
  'headers of a 103': ['HTTP/1.1 103 Early Hints\r\n', 'link: </a.css>\r\n'],
};

const limit = 8 * 1024;

export const heads: HostileCase[] = [
  ...Object.entries(brokenHeaders).map(([what, line]) =>
    hostile({ name: `head/a header ${what}`, host: says(lines(line)), ends: malformed }),
  ),
  ...Object.entries(brokenHeaders).map(([what, line]) =>
    hostile({
      name: `head/a header ${what}, behind the length`,
      host: says(lines('content-length: 1', line).replace(/\r\ncontent-length: 1\r\n\r\n/, '\r\n\r\n')),
      ends: malformed,
    }),
  ),
  ...Object.entries(oddHeaders).map(([what, line]) =>
    hostile({ name: `head/a header ${what}`, host: says(lines(line)), ends: ok }),
  ),
  hostile({ name: 'head/a folded header', host: says(lines('server: a\r\n b')), ends: [[ok, malformed]] }),
  hostile({ name: 'head/bare line feeds', host: says(lines('server: x').replaceAll('\r\n', '\n')), ends: malformed }),
  hostile({
    name: 'head/a bare line feed behind the status',
    host: says(lines('server: x').replace('\r\n', '\n')),
    ends: malformed,
  }),
  hostile({ name: 'head/a bare line feed behind a header', host: says(lines('server: x\nvia: y')), ends: malformed }),
  hostile({ name: 'head/bare returns', host: says(lines('server: x').replaceAll('\r\n', '\r')), ends: malformed }),
  hostile({
    name: 'head/line ends the wrong way round',
    host: says(lines('server: x').replaceAll('\r\n', '\n\r')),
    ends: malformed,
  }),
  ...Object.entries(headOf).flatMap(([what, make]) =>
    [limit - 1, limit, limit + 1, 3 * limit].map((bytes) =>
      hostile({
        name: `head/${bytes} bytes by ${what}`,
        host: says(make(bytes)),
        settings: { maxHeadBytes: limit },
        ends: bytes <= limit ? ok : headTooLarge,
      }),
    ),
  ),
  ...Object.entries(headOf).map(([what, make]) =>
    hostile({
      name: `head/one byte too many by ${what}, in pieces of 1000`,
      host: ({ socket }) => drips(socket, make(limit + 1).match(/.{1,1000}/gs) ?? [], 1),
      settings: { maxHeadBytes: limit },
      ends: headTooLarge,
    }),
  ),
  ...[1, 499, 500, 501, 2000].map((headers) =>
    hostile({ name: `head/${headers} headers`, host: says(many(headers)), ends: headers <= 500 ? ok : headTooLarge }),
  ),
  ...Object.entries(endless).map(([what, [begin, more]]) =>
    hostile({
      name: `head/an endless ${what}, as fast as it goes`,
      host: ({ socket }) => {
        socket.write(begin);
        floods(socket, forever(Buffer.from(more.repeat(1000))));
      },
      ends: headTooLarge,
      bytes: 16 * 1024 ** 2,
    }),
  ),
  ...Object.entries(endless).map(([what, [begin, more]]) =>
    hostile({
      name: `head/an endless ${what}, drop by drop`,
      host: ({ socket }) => {
        socket.write(begin);
        drips(socket, forever(more));
      },
      settings: { headersTimeoutMs: 200 },
      ends: late('headers'),
    }),
  ),
  hostile({
    name: 'head/headers of trailers that never end',
    host: ({ socket }) => {
      socket.write(bytesOf([head(200, { 'transfer-encoding': 'chunked' }), '0\r\n']));
      floods(socket, forever(Buffer.from('x: y\r\n'.repeat(1000))));
    },
    ends: [['cut-short too-large', headTooLarge]],
    bytes: 16 * 1024 ** 2,
  }),
  hostile({ name: 'head/no head at all', host: ({ socket }) => void socket.end(), ends: reset }),
  hostile({ name: 'head/good, for comparison', host: says(answer(200, { server: 'x' }, 'x')), ends: ok }),
];
