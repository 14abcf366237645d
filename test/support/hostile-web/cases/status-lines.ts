import { type End, type HostileCase, hostile, malformed, ok, reset } from '../hostile-case.ts';
import { answer, inTurn, says, saysAndEnds } from '../replies.ts';

/** What becomes of each status, where the answer is otherwise good and names neither a target nor a pause. */
const endOfStatus = (status: number): End => {
  if (status < 100) return malformed;
  if (status === 101) return 'cut-short unasked-upgrade > retry';
  if (status < 200) return ok; // the answer behind it counts
  if (status < 300) return `ok status-${status}`;
  if (status === 429) return 'status-429 > defer';
  const isRetried = [408, 425, 500, 502, 503, 504].includes(status) || (status >= 520 && status < 530);
  return `http-error status-${status}${isRetried ? ' > retry' : ''}`;
};

const three = (status: number): string => String(status).padStart(3, '0');

const everyStatus = Array.from({ length: 1000 }, (_, status) => {
  const isInterim = status >= 100 && status < 200;
  const line = `HTTP/1.1 ${three(status)} Words`;
  return hostile({
    name: `status/${three(status)}`,
    host: says(
      isInterim ? `${line}\r\n\r\n` : answer(line, {}, status === 204 || status === 304 ? '' : 'x'),
      isInterim ? answer(200) : '',
    ),
    ends: endOfStatus(status),
  });
});

/** First lines that begin no answer of HTTP/1. */
const noStatusLines = [
  'HTTP/1.1200 OK',
  'HTTP/1.1  200 OK',
  'HTTP/1.1\t200 OK',
  ' HTTP/1.1 200 OK',
  'HTTP /1.1 200 OK',
  'HTTP/1.1 20 OK',
  'HTTP/1.1 2 OK',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 2x0 OK',
  'HTTP/1.1 -20 OK',
  'HTTP/1.1 +20 OK',
  'HTTP/1.1 0x1 OK',
  'HTTP/1.1 2.0 OK',
  'HTTP/1.1 OK',
  'HTTP/1.1 OK 200',
  'HTTP/1.1',
  'HTTP/1. 200 OK',
  'HTTP/.1 200 OK',
  'HTTP/1 200 OK',
  'HTTP/11 200 OK',
  'HTTP/1.1.1 200 OK',
  'HTTP/1.2 200 OK',
  'HTTP/1.10 200 OK',
  'HTTP/3.0 200 OK',
  'HTTP/9.9 200 OK',
  'HTTP/-1.1 200 OK',
  'HTTP/1,1 200 OK',
  'http/1.1 200 OK',
  'Http/1.1 200 OK',
  'HTTPS/1.1 200 OK',
  'HTTP:1.1 200 OK',
  'HTT',
  'XHTTP/1.1 200 OK',
  'ICY 200 OK',
  'RTSP/1.0 200 OK',
  'SIP/2.0 200 OK',
  'GET / HTTP/1.1',
  'PRI * HTTP/2.0',
  '200 OK',
  '+OK ready',
  '-ERR unknown command',
  '220 mail.example ESMTP',
  'SSH-2.0-OpenSSH_9.6',
  '* OK IMAP4rev1',
  '<!doctype html><title>0.9</title>',
  '{"ok": true}',
  '\0\0\0\0',
  '\x7fELF',
  '\xff\xfe\xfd\xfc',
  '\x15\x03\x01\x00\x02\x02\x46',
  '\x00\x00\x12\x04\x00\x00\x00\x00\x00',
  '\xef\xbb\xbfHTTP/1.1 200 OK',
];

/** First lines that are odd, but say what they have to. */
const oddStatusLines = [
  'HTTP/1.1 200',
  'HTTP/1.1 200 ',
  'HTTP/1.1 200 \x80\xff obs-text',
  'HTTP/1.1 200 tab\tin it',
  'HTTP/1.1 200 a \0 in it',
  `HTTP/1.1 200 ${'long '.repeat(1000)}`,
  'HTTP/1.0 200 OK',
  '\r\n\r\nHTTP/1.1 200 OK',
  '\nHTTP/1.1 200 OK',
];

const show = (line: string): string => JSON.stringify(line.slice(0, 40));

export const statusLines: HostileCase[] = [
  ...everyStatus,
  ...noStatusLines.map((line) =>
    hostile({
      name: `status line/${show(line)}`,
      host: saysAndEnds(answer(line, {}, 'x')),
      ends: [[malformed, reset]],
    }),
  ),
  ...noStatusLines.map((line) =>
    hostile({
      name: `status line/${show(line)}, and the connection stays`,
      host: says(answer(line, {}, 'x')),
      ends: malformed,
    }),
  ),
  ...oddStatusLines.map((line) =>
    hostile({ name: `status line/odd: ${show(line)}`, host: says(answer(line, {}, 'x')), ends: ok }),
  ),
  hostile({
    name: 'status/304 to a request that knows a version',
    host: says(answer(304, { etag: '"1"' })),
    overrides: { headers: { 'if-none-match': '"1"' } },
    ends: 'not-modified status-304',
  }),
  hostile({
    name: 'status/408 of a host that closes an idle connection is no answer to the request it meets',
    host: inTurn(says(answer(200)), saysAndEnds(answer(408, { connection: 'close' })), says(answer(200))),
    ends: [ok, ok],
    requests: 3,
  }),
  hostile({ name: 'status/408 again and again', host: says(answer(408)), ends: endOfStatus(408) }),
];
