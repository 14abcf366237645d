import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { SourceSpec } from '@trawl/shared/domain/run.ts';
import { afterAll, beforeAll } from 'vitest';
import { openSource } from '../../apps/producer/src/source/open-source.ts';
import type { SourceLine, SourceOptions, SourcePosition } from '../../apps/producer/src/source/source.ts';

/** Gives a test file a directory for source files, which its tests may write as they like. */
export const withSourceDirectory = () => {
  let path: string;
  let files = 0;
  beforeAll(async () => void (path = await mkdtemp(join(tmpdir(), 'trawl-source-'))));
  afterAll(() => rm(path, { recursive: true, force: true }));
  return {
    get path(): string {
      return path;
    },
    write: async (content: string | Uint8Array): Promise<string> => {
      const file = join(path, `list-${++files}`);
      await writeFile(file, content);
      return file;
    },
  };
};

/** All lines of a source; the position goes through JSON, as it does in a checkpoint. */
export const readAll = async (
  spec: SourceSpec,
  from?: SourcePosition,
  options?: SourceOptions,
): Promise<SourceLine[]> => {
  const position = from === undefined ? undefined : (JSON.parse(JSON.stringify(from)) as SourcePosition);
  const lines: SourceLine[] = [];
  for await (const batch of openSource(spec, position, options)) lines.push(...batch);
  return lines;
};

export const compressions: { name: string; compress: (content: Buffer) => Buffer }[] = [
  { name: 'plain', compress: (content) => content },
  { name: 'gzip', compress: (content) => gzipSync(content) },
  { name: 'gzip in three members', compress: (content) => inThirds(content, (part) => gzipSync(part)) },
  { name: 'zstd', compress: (content) => zstdCompressSync(content) },
  { name: 'zstd in three frames', compress: (content) => inThirds(content, (part) => zstdCompressSync(part)) },
];

const inThirds = (content: Buffer, compress: (part: Buffer) => Buffer): Buffer => {
  const third = Math.ceil(content.length / 3);
  return Buffer.concat([0, 1, 2].map((i) => compress(content.subarray(i * third, (i + 1) * third))));
};
