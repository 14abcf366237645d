/** What a source turns out to be by its first bytes. */
export type ByteFormat = 'plain' | 'utf-8-bom' | 'gzip' | 'zstd' | 'utf-16' | 'xz' | 'zip' | 'bzip2';

const signatures: { format: ByteFormat; bytes: number[] }[] = [
  { format: 'gzip', bytes: [0x1f, 0x8b] },
  { format: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  // A skippable frame, with which parallel zstd begins; its first byte is 0x50 to 0x5f.
  ...Array.from({ length: 16 }, (_, i) => ({ format: 'zstd' as const, bytes: [0x50 + i, 0x2a, 0x4d, 0x18] })),
  { format: 'utf-8-bom', bytes: [0xef, 0xbb, 0xbf] },
  { format: 'utf-16', bytes: [0xff, 0xfe] },
  { format: 'utf-16', bytes: [0xfe, 0xff] },
  { format: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { format: 'zip', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { format: 'bzip2', bytes: [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41] },
];

export const byteOrderMarkBytes = 3;

/**
 * `unclear`: more bytes are needed.
 * @param isAll there are no bytes after `head`, which is then never unclear
 */
export const recogniseBytes = (head: Buffer, isAll: boolean): ByteFormat | 'unclear' => {
  const candidate = signatures.find(({ bytes }) => bytes.every((byte, i) => i >= head.length || head[i] === byte));
  if (candidate === undefined || head.length === 0) return isAll || candidate === undefined ? 'plain' : 'unclear';
  if (head.length >= candidate.bytes.length) return candidate.format;
  return isAll ? 'plain' : 'unclear';
};
