import { bombOf, codings, noise, wordOf, zlibOf } from '../coded.ts';
import { type HostileCase, hostile, ok, tooLarge } from '../hostile-case.ts';
import { answer, bytesOf, chunked, floods, forever, head, says, saysAndEnds } from '../replies.ts';

const limit = 100_000;
const around = [0, 1, limit - 1, limit, limit + 1, 3 * limit];
const endAt = (bytes: number) => (bytes <= limit ? ok : tooLarge);

const framings = {
  'of known length': (body: Uint8Array) => says(answer(200, {}, body)),
  'in chunks': (body: Uint8Array) =>
    says(head(200, { 'transfer-encoding': 'chunked' }), chunked(...pieces(body, 5000))),
  'in one chunk': (body: Uint8Array) => says(head(200, { 'transfer-encoding': 'chunked' }), chunked(body)),
  'until the end': (body: Uint8Array) => saysAndEnds(head(200), body),
};

const onTheWire = Object.entries(framings).flatMap(([how, host]) =>
  around
    .filter((bytes) => bytes > 0 || how !== 'in one chunk')
    .flatMap((bytes) => [
      hostile({
        name: `size/${bytes} bytes on the wire ${how}`,
        host: host(noise(bytes)),
        settings: { maxWireBytes: limit },
        ends: endAt(bytes),
        bytes: 8 * 1024 ** 2,
      }),
      hostile({
        name: `size/${bytes} bytes of body ${how}`,
        host: host(noise(bytes)),
        settings: { maxBodyBytes: limit },
        ends: endAt(bytes),
        bytes: 8 * 1024 ** 2,
      }),
    ]),
);

const inflated = codings.flatMap((coding) =>
  around.slice(2).flatMap((bytes) =>
    [Buffer.alloc(bytes), noise(bytes)].map((plain, kind) =>
      hostile({
        name: `size/${bytes} bytes of ${coding}, ${kind === 0 ? 'zeros' : 'noise'}`,
        host: says(answer(200, { 'content-encoding': wordOf(coding) }, zlibOf(coding, plain))),
        settings: { maxBodyBytes: limit },
        ends: endAt(bytes),
        bytes: 8 * 1024 ** 2,
      }),
    ),
  ),
);

/** Small on the wire, too large where they are undone: the limit of the wire must not be the one that saves us. */
const bombs = [
  ...codings.flatMap((coding) =>
    [2, 12, 60].map((megabytes) =>
      hostile({
        name: `bomb/${megabytes} MB in ${coding}`,
        host: says(answer(200, { 'content-encoding': wordOf(coding) }, bombOf(coding, megabytes))),
        settings: { maxBodyBytes: 10 * 1024 ** 2, bodies: 'inline' },
        ends: megabytes < 10 ? ok : tooLarge,
        bytes: 8 * 1024 ** 2,
      }),
    ),
  ),
  ...codings.map((coding) =>
    hostile({
      name: `bomb/in ${coding} in gzip`,
      host: says(answer(200, { 'content-encoding': `${wordOf(coding)}, gzip` }, zlibOf('gzip', bombOf(coding, 60)))),
      settings: { maxBodyBytes: 10 * 1024 ** 2 },
      ends: tooLarge,
      bytes: 8 * 1024 ** 2,
    }),
  ),
  ...codings.map((coding) =>
    hostile({
      name: `bomb/in ${coding}, of a redirect`,
      host: ({ number, socket }) =>
        void socket.write(
          number === 1
            ? answer(302, { location: '/there', 'content-encoding': wordOf(coding) }, bombOf(coding, 12))
            : answer(200, {}, 'there'),
        ),
      ends: ok,
      requests: 2,
    }),
  ),
  hostile({
    name: 'bomb/of gzip members for ever',
    host: ({ socket }) => {
      socket.write(head(200, { 'content-encoding': 'gzip' }));
      floods(socket, forever(bombOf('gzip', 1)));
    },
    settings: { maxBodyBytes: 10 * 1024 ** 2 },
    ends: tooLarge,
    bytes: 8 * 1024 ** 2,
  }),
  hostile({
    name: 'bomb/of empty gzip members for ever',
    host: ({ socket }) => {
      socket.write(head(200, { 'content-encoding': 'gzip' }));
      floods(socket, forever(bytesOf(Array.from({ length: 2000 }, () => zlibOf('gzip', Buffer.alloc(0))))));
    },
    settings: { maxWireBytes: 1024 ** 2 },
    ends: tooLarge,
    bytes: 16 * 1024 ** 2,
  }),
  hostile({
    name: 'bomb/of zstd whose window is larger than HTTP allows',
    host: says(
      answer(200, { 'content-encoding': 'zstd' }, bytesOf(['\x28\xb5\x2f\xfd\x00\x88', Buffer.alloc(4), noise(100)])),
    ),
    ends: 'cut-short bad-encoding > retry',
  }),
  hostile({
    name: 'bomb/of zeros behind the end of a gzip body',
    host: ({ socket }) => {
      socket.write(head(200, { 'content-encoding': 'gzip' }));
      socket.write(zlibOf('gzip', noise(30_000)));
      floods(socket, forever(Buffer.alloc(65_536)));
    },
    settings: { maxWireBytes: 1024 ** 2 },
    ends: tooLarge,
    bytes: 16 * 1024 ** 2,
  }),
];

export const sizes: HostileCase[] = [
  ...onTheWire,
  ...inflated,
  ...bombs,
  hostile({
    name: 'size/a length beyond the limit is not read at all',
    host: says(head(200, { 'content-length': String(limit + 1) })),
    settings: { maxWireBytes: limit },
    ends: tooLarge,
    bytes: 1000,
  }),
];

function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}
