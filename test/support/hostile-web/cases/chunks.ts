import { type End, type HostileCase, hostile, late, malformed, ok, reset, tooLarge } from '../hostile-case.ts';
import { bytesOf, chunked, drips, floods, forever, head, says, saysAndEnds } from '../replies.ts';

const begin = head(200, { 'transfer-encoding': 'chunked' });
const last = '0\r\n\r\n';

/** Bodies of chunks that say `hello` in a way that is odd or wrong. */
const bodies: Record<string, [string, End | readonly End[]]> = {
  'a size in capitals': [`A\r\nhellohello\r\n${last}`, ok],
  'a size with zeros in front': [`0005\r\nhello\r\n${last}`, ok],
  'fifteen zeros in front': [`${'0'.repeat(15)}5\r\nhello\r\n${last}`, [ok, malformed]],
  'no chunk but the last': [last, ok],
  'a last chunk of many zeros': ['5\r\nhello\r\n0000\r\n\r\n', ok],
  'an extension': [`5;name=value\r\nhello\r\n${last}`, ok],
  'an extension without a value': [`5;name\r\nhello\r\n${last}`, ok],
  'a quoted extension': [`5;name="a; b"\r\nhello\r\n${last}`, ok],
  'an extension that is never closed': [`5;name="a\r\nhello\r\n${last}`, malformed],
  'an extension with a NUL': [`5;na\0me\r\nhello\r\n${last}`, malformed],
  'a blank behind the size': [`5 \r\nhello\r\n${last}`, [ok, malformed]],
  'a blank before the size': [` 5\r\nhello\r\n${last}`, malformed],
  'a tab behind the size': [`5\t\r\nhello\r\n${last}`, malformed],
  'no size': [`\r\nhello\r\n${last}`, malformed],
  'a size that is no number': [`xyz\r\nhello\r\n${last}`, malformed],
  'a size with 0x': [`0x5\r\nhello\r\n${last}`, malformed],
  'a negative size': [`-5\r\nhello\r\n${last}`, malformed],
  'a size with a plus': [`+5\r\nhello\r\n${last}`, malformed],
  'a size with a point': [`5.0\r\nhello\r\n${last}`, malformed],
  'a size with a comma': [`5,\r\nhello\r\n${last}`, malformed],
  'a size that is one too small': [`4\r\nhello\r\n${last}`, malformed],
  'a size that is one too large': [`6\r\nhello\r\n${last}`, malformed],
  'a size of 16 digits': [`ffffffffffffffff\r\nhello\r\n${last}`, [tooLarge, reset, malformed]],
  'a size of 17 digits': [`10000000000000005\r\nhello\r\n${last}`, malformed],
  'a size of 100 digits': [`${'f'.repeat(100)}\r\nhello\r\n${last}`, malformed],
  'a bare line feed behind the size': [`5\nhello\r\n${last}`, malformed],
  'a bare return behind the size': [`5\rhello\r\n${last}`, malformed],
  'no line end behind the data': [`5\r\nhello${last}`, malformed],
  'a bare line feed behind the data': [`5\r\nhello\n${last}`, malformed],
  'a bare line feed behind the last chunk': [`5\r\nhello\r\n0\n\n`, malformed],
  'a plain body instead': ['hello, this is no chunk', malformed],
  'a trailer': [`5\r\nhello\r\n0\r\nx: y\r\n\r\n`, ok],
  'a trailer that changes the length': [`5\r\nhello\r\n0\r\ncontent-length: 3\r\n\r\n`, [ok, malformed]],
  'a trailer that changes the coding': [`5\r\nhello\r\n0\r\ncontent-encoding: gzip\r\n\r\n`, ok],
  'a trailer without a colon': [`5\r\nhello\r\n0\r\nnonsense\r\n\r\n`, malformed],
  'a trailer with a NUL': [`5\r\nhello\r\n0\r\nx: a\0b\r\n\r\n`, malformed],
  'a trailer of 60 KB': [`5\r\nhello\r\n0\r\nx: ${'y'.repeat(60_000)}\r\n\r\n`, [ok, 'cut-short head-too-large']],
  'no last chunk': ['5\r\nhello\r\n', reset],
  'a last chunk without its empty line': ['5\r\nhello\r\n0\r\n', reset],
  'a trailer without an end': ['5\r\nhello\r\n0\r\nx: y\r\n', reset],
};

/** Drips that never bring a byte of the body. */
const empty: Record<string, [string, string]> = {
  'an extension': ['5;x=', 'y'],
  'zeros of a size': ['', '0'],
  'a trailer': ['5\r\nhello\r\n0\r\nx: ', 'y'],
};

export const chunks: HostileCase[] = [
  ...Object.entries(bodies).map(([what, [body, ends]]) =>
    hostile({ name: `chunks/${what}`, host: saysAndEnds(begin, body), ends: [ends] }),
  ),
  ...Object.entries(bodies).map(([what, [body, ends]]) =>
    hostile({
      name: `chunks/${what}, in single bytes`,
      host: ({ socket }) => {
        socket.write(begin);
        for (const byte of bytesOf(body)) socket.write(Buffer.of(byte));
        socket.end();
      },
      ends: [ends],
    }),
  ),
  ...Object.entries(empty).map(([what, [first, more]]) =>
    hostile({
      name: `chunks/${what} for ever, drop by drop`,
      host: ({ socket }) => {
        socket.write(begin + first);
        drips(socket, forever(more));
      },
      settings: { bodyTimeoutMs: 200 },
      ends: [[late('body'), malformed]],
    }),
  ),
  ...Object.entries(empty).map(([what, [first, more]]) =>
    hostile({
      name: `chunks/${what} for ever, as fast as it goes`,
      host: ({ socket }) => {
        socket.write(begin + first);
        floods(socket, forever(Buffer.from(more.repeat(10_000))));
      },
      ends: [[tooLarge, 'cut-short head-too-large', malformed]],
      bytes: 16 * 1024 ** 2,
    }),
  ),
  hostile({
    name: 'chunks/of one byte each, few',
    host: says(begin, chunked(...Array.from({ length: 10_000 }, () => 'x'))),
    ends: ok,
  }),
  hostile({
    name: 'chunks/of one byte each, for ever',
    host: ({ socket }) => {
      socket.write(begin);
      floods(socket, forever(Buffer.from('1\r\nx\r\n'.repeat(5000))));
    },
    ends: tooLarge,
    bytes: 16 * 1024 ** 2,
  }),
  hostile({
    name: 'chunks/with long extensions, for ever',
    host: ({ socket }) => {
      socket.write(begin);
      floods(socket, forever(Buffer.from(`10;${'e'.repeat(1000)}\r\n${'x'.repeat(16)}\r\n`.repeat(30))));
    },
    ends: tooLarge,
    bytes: 16 * 1024 ** 2,
  }),
  hostile({
    name: 'chunks/of 64 KiB, for ever',
    host: ({ socket }) => {
      socket.write(begin);
      floods(socket, forever(bytesOf(['10000\r\n', Buffer.alloc(65_536), '\r\n'])));
    },
    ends: tooLarge,
    bytes: 24 * 1024 ** 2,
  }),
];
