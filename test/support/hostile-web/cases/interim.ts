import { type HostileCase, headTooLarge, hostile, late, malformed, ok, reset } from '../hostile-case.ts';
import { answer, bytesOf, drips, floods, forever, says, saysAndEnds } from '../replies.ts';

const interim = (status: number, headers = ''): string => `HTTP/1.1 ${status} Wait\r\n${headers}\r\n`;
const tooMany = 'cut-short too-many-interim > retry';
const upgrade = 'cut-short unasked-upgrade > retry';
const most = 10;

export const interimAnswers: HostileCase[] = [
  ...[100, 102, 103, 110, 199].flatMap((status) =>
    Array.from({ length: most + 3 }, (_, times) =>
      hostile({
        name: `interim/${times} x ${status}`,
        host: says(interim(status).repeat(times), answer(200, {}, 'hello')),
        ends: times <= most ? ok : tooMany,
      }),
    ),
  ),
  hostile({
    name: 'interim/many kinds, with headers',
    host: says(
      interim(100),
      interim(103, 'link: </a.css>\r\ncontent-length: 5\r\n'),
      interim(102, 'x: y\r\n'),
      answer(200, {}, 'hello'),
    ),
    ends: ok,
  }),
  hostile({
    name: 'interim/cut into single bytes',
    host: ({ socket }) => {
      const bytes = bytesOf([interim(100), interim(103, 'x: y\r\n'), answer(200, {}, 'hello')]);
      drips(
        socket,
        Array.from(bytes, (byte) => Buffer.of(byte)),
        1,
      );
    },
    ends: ok,
  }),
  hostile({
    name: 'interim/of HTTP/1.0',
    host: says(interim(100).replace('1.1', '1.0'), answer(200, {}, 'hello')),
    ends: ok,
  }),
  hostile({
    name: 'interim/with connection: close',
    host: says(interim(103, 'connection: close\r\n'), answer(200, {}, 'hello')),
    ends: [ok, ok],
    requests: 2,
  }),
  hostile({
    name: 'interim/for ever, as fast as it goes',
    host: ({ socket }) => floods(socket, forever(Buffer.from(interim(100).repeat(100)))),
    ends: tooMany,
    bytes: 16 * 1024 ** 2,
  }),
  hostile({
    name: 'interim/few, and then nothing',
    host: says(interim(102).repeat(3)),
    settings: { headersTimeoutMs: 200 },
    ends: late('headers'),
  }),
  hostile({
    name: 'interim/now and then, to keep us waiting',
    host: ({ socket }) => drips(socket, forever(interim(102)), 40),
    settings: { headersTimeoutMs: 200 },
    ends: late('headers'),
  }),
  hostile({ name: 'interim/and then the end', host: saysAndEnds(interim(100)), ends: reset }),
  hostile({ name: 'interim/half of one, and then the end', host: saysAndEnds('HTTP/1.1 100 Cont'), ends: reset }),
  hostile({ name: 'interim/its beginning, and then the end', host: saysAndEnds('HTTP/1.1 1'), ends: reset }),
  hostile({
    name: 'interim/with a body',
    host: says(interim(103, 'content-length: 5\r\n'), 'hello', answer(200)),
    ends: malformed,
  }),
  hostile({ name: 'interim/with bare line feeds', host: says('HTTP/1.1 103 Wait\n\n', answer(200)), ends: malformed }),
  hostile({
    name: 'interim/large, all together',
    host: says(interim(103, `link: ${'x'.repeat(3000)}\r\n`).repeat(4), answer(200)),
    settings: { maxHeadBytes: 8192 },
    ends: headTooLarge,
  }),
  ...['', 'upgrade: websocket\r\n', 'connection: upgrade\r\nupgrade: h2c\r\n'].map((headers) =>
    hostile({
      name: `interim/101 with ${JSON.stringify(headers)}`,
      host: says(interim(101, headers), '\x81\x05hello'),
      ends: upgrade,
    }),
  ),
  hostile({
    name: 'interim/101 behind others',
    host: says(interim(100), interim(103), interim(101, 'upgrade: x\r\n')),
    ends: upgrade,
  }),
  hostile({
    name: 'interim/200 with upgrade headers',
    host: says(answer(200, { connection: 'upgrade', upgrade: 'h2c' }, 'hello')),
    ends: [[ok, malformed]],
  }),
];
