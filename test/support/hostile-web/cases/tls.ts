import type { Socket } from 'node:net';
import type { Certificate } from '../certificate-names.ts';
import { type HostileCase, hostile, late, ok, reset } from '../hostile-case.ts';
import {
  answer,
  drips,
  floods,
  forever,
  head,
  says,
  saysAndEnds,
  saysAndResets,
  silence,
  socketUnder,
} from '../replies.ts';

const page = says(answer(200, {}, 'secret'));
const refused = (reason: string) => `unreachable ${reason}`;

const certificates: Record<Certificate, string> = {
  good: ok,
  expired: refused('certificate-expired'),
  'not-yet-valid': refused('certificate-not-yet-valid'),
  'self-signed': refused('certificate-self-signed'),
  untrusted: refused('certificate-untrusted'),
  'wrong-host': refused('certificate-wrong-host'),
  'without-names': refused('certificate-wrong-host'),
  'wrong-purpose': refused('certificate-untrusted'),
  'missing-intermediate': refused('certificate-untrusted'),
  'authority-that-is-none': refused('certificate-untrusted'),
  'weak-key': refused('certificate-untrusted'),
};

/** What a host says instead of its part of the handshake. */
const noHandshake: Record<string, [string, string]> = {
  'plain HTTP': ['HTTP/1.1 400 Bad Request\r\n\r\n', refused('not-tls')],
  'a banner': ['SSH-2.0-OpenSSH_9.6\r\n', refused('not-tls')],
  zeros: ['\0\0\0\0\0\0\0\0\0\0', refused('not-tls')],
  'an alert: handshake failure': ['\x15\x03\x03\x00\x02\x02\x28', refused('tls-handshake')],
  'an alert: protocol version': ['\x15\x03\x03\x00\x02\x02\x46', refused('tls-version')],
  'an alert: unrecognized name': ['\x15\x03\x03\x00\x02\x02\x70', refused('tls-handshake')],
  'an alert: internal error': ['\x15\x03\x03\x00\x02\x02\x50', refused('tls-handshake')],
  'an alert: certificate required': ['\x15\x03\x03\x00\x02\x02\x74', refused('client-certificate-wanted')],
  'a record that is too long': ['\x16\x03\x03\xff\xff', refused('tls-handshake')],
  'a record of nonsense': ['\x16\x03\x03\x00\x05hello', refused('tls-handshake')],
  'a message of application': ['\x17\x03\x03\x00\x05hello', refused('tls-handshake')],
};

const raw = (act: (socket: Socket) => void): HostileCase['host'] => ({ connection: act });

export const tls: HostileCase[] = [
  ...(Object.entries(certificates) as [Certificate, string][]).map(([certificate, end]) =>
    hostile({
      name: `tls/certificate ${certificate}`,
      tls: certificate,
      host: page,
      ends: end,
      requests: end === ok ? 1 : 0,
    }),
  ),
  ...Object.entries(noHandshake).map(([what, [bytes, end]]) =>
    hostile({
      name: `tls/${what} instead of a handshake`,
      tls: 'good',
      host: raw((socket) => void socket.write(Buffer.from(bytes, 'latin1'))),
      ends: end,
      requests: 0,
    }),
  ),
  hostile({
    name: 'tls/the end instead of a handshake',
    tls: 'good',
    host: raw((socket) => void socket.end()),
    ends: 'unreachable tls-reset > retry',
    requests: 0,
  }),
  hostile({
    name: 'tls/a reset instead of a handshake',
    tls: 'good',
    host: raw((socket) => void socket.once('data', () => socket.resetAndDestroy())),
    ends: 'unreachable tls-reset > retry',
    requests: 0,
  }),
  hostile({
    name: 'tls/silence instead of a handshake',
    tls: 'good',
    host: raw((socket) => void socket.resume()),
    settings: { connectTimeoutMs: 200 },
    ends: late('connect'),
    requests: 0,
  }),
  hostile({
    name: 'tls/a handshake, drop by drop',
    tls: 'good',
    host: raw((socket) => drips(socket.resume(), forever('\x16'))),
    settings: { connectTimeoutMs: 200 },
    ends: [[late('connect'), refused('not-tls'), refused('tls-handshake')]],
    requests: 0,
  }),
  hostile({
    name: 'tls/records that never end instead of a handshake',
    tls: 'good',
    host: raw((socket) => floods(socket, forever(Buffer.from(`\x16\x03\x03\x00\x04\x0b\xff\xff\xff`, 'latin1')))),
    settings: { connectTimeoutMs: 2000 },
    ends: [[refused('tls-handshake'), late('connect')]],
    requests: 0,
    bytes: 16 * 1024 ** 2,
  }),
  hostile({
    name: 'tls/silence behind the handshake',
    tls: 'good',
    host: silence,
    settings: { headersTimeoutMs: 200 },
    ends: late('headers'),
  }),
  hostile({
    name: 'tls/the end behind the handshake',
    tls: 'good',
    host: ({ socket }) => void socket.end(),
    ends: reset,
  }),
  hostile({ name: 'tls/the end in a head', tls: 'good', host: saysAndEnds('HTTP/1.1 200 O'), ends: reset }),
  hostile({
    name: 'tls/the end in a body',
    tls: 'good',
    host: saysAndEnds(head(200, { 'content-length': '9' }), 'x'),
    ends: reset,
  }),
  hostile({
    name: 'tls/a reset in a body',
    tls: 'good',
    host: saysAndResets(head(200, { 'content-length': '9' }), 'x'),
    ends: reset,
  }),
  hostile({ name: 'tls/a body until the end', tls: 'good', host: saysAndEnds(head(200), 'all of it'), ends: ok }),
  hostile({
    name: 'tls/a body until the end, which comes without a word of TLS',
    tls: 'good',
    host: (request) => {
      const under = socketUnder(request.socket);
      request.socket.write(`${head(200)}half of it`, () => under.end());
    },
    ends: [[ok, reset]],
  }),
  hostile({
    name: 'tls/plain bytes in an encrypted body',
    tls: 'good',
    host: (request) => {
      const under = socketUnder(request.socket);
      request.socket.write(`${head(200, { 'content-length': '9' })}x`, () => under.write('not encrypted at all'));
    },
    ends: [[reset, late('body')]],
    settings: { bodyTimeoutMs: 2000 },
  }),
  hostile({
    name: 'tls/a redirect from TLS to none takes no secrets along',
    tls: 'good',
    host: ({ socket, url }) =>
      void socket.write(answer(302, { location: url('/there').replace('https:', 'http:').replace(/:\d+/, ':2') })),
    settings: { headers: { 'x-api-key': 's' } },
    ends: 'unreachable refused > retry',
  }),
];
