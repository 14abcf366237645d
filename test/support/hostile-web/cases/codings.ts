import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { codings, noise, wordOf, zlibOf } from '../coded.ts';
import { badEncoding, type End, type HostileCase, hostile, ok } from '../hostile-case.ts';
import { answer, bytesOf, chunked, head, says } from '../replies.ts';

const plain = Buffer.from('{"name": "Käse", "price": 12.5, "stock": [1, 2, 3]}');
/** Above what is inflated in one call: it streams. */
const long = noise(60_000);

const coded = (coding: string, wire: Uint8Array) => says(answer(200, { 'content-encoding': coding }, wire));

const whole = codings.flatMap((coding) =>
  [plain, long].flatMap((body) => [
    hostile({
      name: `coding/${coding} of ${body.length} bytes`,
      host: coded(wordOf(coding), zlibOf(coding, body)),
      ends: `ok status-200 ${sha(body)}`,
    }),
    hostile({
      name: `coding/${coding} of ${body.length} bytes, in chunks`,
      host: says(
        head(200, { 'transfer-encoding': 'chunked', 'content-encoding': wordOf(coding) }),
        chunked(...pieces(zlibOf(coding, body), 777)),
      ),
      ends: `ok status-200 ${sha(body)}`,
    }),
  ]),
);

/** A coding that is cut short is never a shorter body. */
const truncated = codings.flatMap((coding) => {
  const short = zlibOf(coding, plain);
  const cut = zlibOf(coding, long);
  const lengths = [1, 9, 100, 16_383, 16_384, 16_385, 32_768, cut.length - 9, cut.length - 5, cut.length - 1];
  return [
    ...Array.from({ length: short.length - 1 }, (_, i) => [short, i + 1] as const),
    ...lengths.map((length) => [cut, length] as const),
  ].map(([wire, length]) =>
    hostile({
      name: `coding/${coding} cut after ${length} bytes of ${wire.length}`,
      host: coded(wordOf(coding), wire.subarray(0, length)),
      ends: badEncoding,
    }),
  );
});

/** One bit is wrong. Codings with a checksum show it; what carries none may be read as something else. */
const corrupted = codings.flatMap((coding) => {
  const wire = zlibOf(coding, plain);
  const hasChecksum = coding === 'gzip' || coding === 'deflate' || coding === 'zstd';
  return Array.from({ length: wire.length }, (_, at) => {
    const damaged = Buffer.from(wire);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
    const right = `ok status-200 ${sha(plain)}`;
    return hostile({
      name: `coding/${coding} with a wrong bit in byte ${at}`,
      host: coded(wordOf(coding), damaged),
      ends: [hasChecksum ? [right, badEncoding] : [ok, badEncoding]],
    });
  });
});

/** A body that is coded in another way than it says. */
const lying = ([...codings, 'plain'] as const).flatMap((really) =>
  codings
    .filter((coding) => wordOf(coding) !== (really === 'plain' ? '' : wordOf(really)))
    .map((coding) =>
      hostile({
        name: `coding/${coding} that is ${really}`,
        host: coded(wordOf(coding), really === 'plain' ? plain : zlibOf(really, plain)),
        ends: badEncoding,
      }),
    ),
);

const stacked = codings.flatMap((inner) =>
  codings.flatMap((outer) => {
    const wire = zlibOf(outer, zlibOf(inner, plain));
    const words = `${wordOf(inner)}, ${wordOf(outer)}`;
    return [
      hostile({ name: `coding/${inner} in ${outer}`, host: coded(words, wire), ends: `ok status-200 ${sha(plain)}` }),
      hostile({
        name: `coding/${inner} in ${outer}, long`,
        host: coded(words, zlibOf(outer, zlibOf(inner, long))),
        ends: `ok status-200 ${sha(long)}`,
      }),
      hostile({
        name: `coding/${inner} in ${outer}, without its end`,
        host: coded(words, zlibOf(outer, zlibOf(inner, long).subarray(0, -6))),
        ends: badEncoding,
      }),
      hostile({
        name: `coding/${inner} in ${outer}, without the end of all`,
        host: coded(words, wire.subarray(0, -6)),
        ends: badEncoding,
      }),
    ];
  }),
);

const gzip = zlibOf('gzip', plain);
const right = `ok status-200 ${sha(plain)}`;

const words: [string, Uint8Array, End][] = [
  ['GZIP', gzip, right],
  ['x-gzip', gzip, right],
  [' gzip ', gzip, right],
  [',gzip,', gzip, right],
  ['identity', plain, right],
  ['gzip, identity', gzip, right],
  ['identity, identity, identity, identity', plain, right],
  ['', plain, right],
  ['utf-8', plain, right],
  ['none', plain, right],
  ['compress', gzip, badEncoding],
  ['x-compress', gzip, badEncoding],
  ['gzip;q=1', gzip, badEncoding],
  ['gzip gzip', gzip, badEncoding],
  ['"gzip"', gzip, badEncoding],
  ['*', gzip, badEncoding],
  ['snappy', gzip, badEncoding],
  ['lz4', gzip, badEncoding],
  ['lzma', gzip, badEncoding],
  ['bzip2', gzip, badEncoding],
  ['exi', gzip, badEncoding],
  ['dcb', gzip, badEncoding],
  ['aes128gcm', gzip, badEncoding],
  ['gzip, unknown', gzip, badEncoding],
  ['__proto__', gzip, badEncoding],
  ['constructor', gzip, badEncoding],
  ['chunked', gzip, badEncoding],
  ['gzip, gzip, gzip', gzipSync(gzipSync(gzip)), badEncoding],
  ['gzip, br, deflate', gzip, badEncoding],
  [Array.from({ length: 1000 }, () => 'gzip').join(), gzip, badEncoding],
];

export const codedBodies: HostileCase[] = [
  ...whole,
  ...truncated,
  ...corrupted,
  ...lying,
  ...stacked,
  ...words.map(([word, wire, end]) =>
    hostile({ name: `coding/named ${JSON.stringify(word.slice(0, 30))}`, host: coded(word, wire), ends: end }),
  ),
  ...codings.map((coding) =>
    hostile({
      name: `coding/${coding} of nothing`,
      host: coded(wordOf(coding), zlibOf(coding, Buffer.alloc(0))),
      ends: `ok status-200 ${sha('')}`,
    }),
  ),
  ...[...new Set(codings.map(wordOf)), 'unknown'].flatMap((word) => [
    hostile({
      name: `coding/${word} without a body`,
      host: coded(word, Buffer.alloc(0)),
      ends: `ok status-200 ${sha('')}`,
    }),
    hostile({
      name: `coding/${word} of a 204`,
      host: says(head(204, { 'content-encoding': word })),
      ends: 'ok status-204',
    }),
    hostile({
      name: `coding/${word} of an answer to HEAD`,
      host: says(head(200, { 'content-encoding': word, 'content-length': '500' })),
      overrides: { method: 'HEAD' },
      ends: `ok status-200 ${sha('')}`,
    }),
  ]),
  hostile({
    name: 'coding/gzip of several members',
    host: coded('gzip', bytesOf([gzip, gzip])),
    ends: `ok status-200 ${sha(bytesOf([plain, plain]))}`,
  }),
  ...codings.flatMap((coding) =>
    [plain, long].map((body) =>
      hostile({
        name: `coding/${coding} of ${body.length} bytes with rubbish behind it`,
        host: coded(wordOf(coding), bytesOf([zlibOf(coding, body), 'rubbish'])),
        ends: [[`ok status-200 ${sha(body)}`, badEncoding]],
      }),
    ),
  ),
  hostile({
    name: 'coding/gzip with zeros behind it',
    host: coded('gzip', bytesOf([gzip, Buffer.alloc(2000)])),
    ends: right,
  }),
  hostile({
    name: 'coding/zstd of several long frames',
    host: coded('zstd', bytesOf([zlibOf('zstd', long), zstdCompressSync(plain), zlibOf('zstd', long)])),
    ends: `ok status-200 ${sha(bytesOf([long, plain, long]))}`,
  }),
  hostile({
    name: 'coding/zstd of several long frames, the last without its end',
    host: coded('zstd', bytesOf([zlibOf('zstd', long), zlibOf('zstd', long).subarray(0, -5)])),
    ends: badEncoding,
  }),
  hostile({
    name: 'coding/gzip with half a member behind it',
    host: coded('gzip', bytesOf([gzip, gzip.subarray(0, 15)])),
    ends: badEncoding,
  }),
  hostile({
    name: 'coding/zstd of several frames',
    host: coded('zstd', bytesOf([zstdCompressSync(plain), zstdCompressSync(plain)])),
    ends: `ok status-200 ${sha(bytesOf([plain, plain]))}`,
  }),
  hostile({
    name: 'coding/zstd with a frame that is skipped',
    host: coded('zstd', bytesOf(['\x50\x2a\x4d\x18\x04\0\0\0skip', zstdCompressSync(plain)])),
    ends: right,
  }),
];

function sha(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}
