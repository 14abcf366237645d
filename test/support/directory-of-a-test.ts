import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** Gives each test an empty directory of its own; answers the path of a name in it. */
export const withDirectory = (): ((name?: string) => string) => {
  let directory: string;
  beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'trawl-directory-'))));
  afterEach(() => rm(directory, { recursive: true }));
  return (name = '') => join(directory, name);
};
