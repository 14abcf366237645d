import {
  badEncoding,
  type End,
  type HostileCase,
  hostile,
  late,
  malformed,
  ok,
  reset,
  tooLarge,
} from '../hostile-case.ts';
import { answer, bytesOf, chunked, head, says, saysAndEnds } from '../replies.ts';

const body = 'hello, world';
const withLength = (...lengths: string[]) =>
  `HTTP/1.1 200 OK\r\n${lengths.map((length) => `content-length:${length}\r\n`).join('')}\r\n${body}`;

/** Announced, with a body of 12 bytes and an end. */
const lies: Record<string, End | readonly End[]> = {
  ...Object.fromEntries(Array.from({ length: 13 }, (_, length) => [` ${length}`, ok])),
  ...Object.fromEntries([13, 14, 100, 65_536, 10_000_000].map((length) => [` ${length}`, reset])),
  ' 00012': ok,
  ' 12 ': ok,
  '\t12': ok,
  '12': ok,
  ' -1': malformed,
  ' -12': malformed,
  ' +12': malformed,
  ' 12.0': malformed,
  ' 12,': malformed,
  ' 1e1': malformed,
  ' 0xc': malformed,
  ' 12 12': malformed,
  ' 12, 12': malformed,
  ' 12;': malformed,
  ' twelve': malformed,
  ' NaN': malformed,
  ' Infinity': malformed,
  ' \xb2': malformed,
  ' 10485761': tooLarge,
  ' 2147483647': tooLarge,
  ' 2147483648': tooLarge,
  ' 4294967296': tooLarge,
  ' 9007199254740993': tooLarge,
  ' 9223372036854775807': tooLarge,
  ' 18446744073709551615': tooLarge,
  ' 18446744073709551616': malformed,
  ' 99999999999999999999999999999999999999999': malformed,
};

const transferCodings: Record<string, End | readonly End[]> = {
  chunked: ok,
  Chunked: ok,
  CHUNKED: ok,
  'chunked ': ok,
  ' chunked': ok,
  'chunked, chunked': [malformed, badEncoding],
  'chunked;q=1': [malformed, badEncoding],
  'gzip, chunked': badEncoding,
  gzip: badEncoding,
  'chunked, gzip': [malformed, badEncoding],
  deflate: badEncoding,
  xchunked: badEncoding,
  'chunked, identity': [malformed, badEncoding],
};

export const lengths: HostileCase[] = [
  ...Object.entries(lies).map(([length, ends]) =>
    hostile({
      name: `length/${JSON.stringify(length)} for 12 bytes`,
      host: saysAndEnds(withLength(length)),
      ends: [ends],
    }),
  ),
  ...[13, 100, 65_536].map((length) =>
    hostile({
      name: `length/${length} for 12 bytes, and silence`,
      host: says(withLength(` ${length}`)),
      settings: { bodyTimeoutMs: 150 },
      ends: late('body'),
    }),
  ),
  hostile({ name: 'length/empty', host: saysAndEnds(withLength('')), ends: [[ok, malformed]] }),
  hostile({ name: 'length/the same twice', host: saysAndEnds(withLength(' 12', ' 12')), ends: malformed }),
  hostile({ name: 'length/two that differ', host: saysAndEnds(withLength(' 12', ' 5')), ends: malformed }),
  hostile({
    name: 'length/and chunks',
    host: says(bytesOf([head(200, { 'content-length': '5', 'transfer-encoding': 'chunked' }), chunked('hello')])),
    ends: malformed,
  }),
  hostile({
    name: 'length/behind chunks',
    host: says(bytesOf([head(200, { 'transfer-encoding': 'chunked', 'content-length': '5' }), chunked('hello')])),
    ends: malformed,
  }),
  hostile({
    name: 'length/of an answer to HEAD',
    host: says(head(200, { 'content-length': '99999999999' })),
    overrides: { method: 'HEAD' },
    ends: ok,
  }),
  hostile({
    name: 'length/of an answer to HEAD, with a body',
    host: says(answer(200, {}, body)),
    overrides: { method: 'HEAD' },
    ends: [ok, ok],
    requests: 2,
  }),
  ...[204, 304].map((status) =>
    hostile({
      name: `length/of a ${status}, with a body`,
      host: says(answer(status, {}, body)),
      overrides: { headers: { 'if-none-match': '"1"' } },
      ends: Array.from({ length: 2 }, () => (status === 204 ? 'ok status-204' : 'not-modified status-304')),
    }),
  ),
  ...[204, 304].map((status) =>
    hostile({
      name: `length/chunks of a ${status}`,
      host: says(head(status, { 'transfer-encoding': 'chunked' }), chunked(body)),
      overrides: { headers: { 'if-none-match': '"1"' } },
      ends: Array.from({ length: 2 }, () => (status === 204 ? 'ok status-204' : 'not-modified status-304')),
    }),
  ),
  hostile({ name: 'length/205 with a body', host: says(answer(205, {}, body)), ends: 'ok status-205' }),
  ...Object.entries(transferCodings).map(([coding, ends]) =>
    hostile({
      name: `length/transfer-encoding: ${JSON.stringify(coding)}`,
      host: saysAndEnds(head(200, { 'transfer-encoding': coding }), chunked(body)),
      ends: [ends],
    }),
  ),
  hostile({
    name: 'length/transfer-encoding: identity',
    host: saysAndEnds(head(200, { 'transfer-encoding': 'identity' }), body),
    ends: [[ok, malformed]],
  }),
  hostile({
    name: 'length/transfer-encoding twice',
    host: saysAndEnds(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n',
      chunked(body),
    ),
    ends: [[malformed, badEncoding]],
  }),
  hostile({
    name: 'length/chunks of HTTP/1.0',
    host: saysAndEnds(head('HTTP/1.0 200 OK', { 'transfer-encoding': 'chunked' }), chunked(body)),
    ends: [[ok, malformed]],
  }),
  hostile({ name: 'length/none, until the end', host: saysAndEnds(head(200), body), ends: ok }),
  hostile({
    name: 'length/none, until the end, which does not come',
    host: says(head(200), body),
    settings: { bodyTimeoutMs: 150 },
    ends: late('body'),
  }),
];
