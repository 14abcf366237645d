import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What every case is handed. */
export type BenchWorld = {
  stop: AbortSignal;
  /** Take CPU profiles too, where a case can. */
  profile: boolean;
  /** Of the soak; undefined: as many as it takes by itself. */
  fetches: number | undefined;
  /** A line about progress, for a person who waits. */
  say(text: string): void;
  /** A new empty directory, gone when the bench is over. */
  newDir(name: string): Promise<string>;
};

export const createWorld = (options: {
  tempDir: string;
  stop: AbortSignal;
  profile: boolean;
  fetches: number | undefined;
  say: (text: string) => void;
}): BenchWorld => {
  let made = 0;
  return {
    ...options,
    newDir: async (name) => {
      made += 1;
      const dir = join(options.tempDir, `${made}-${name}`);
      await mkdir(dir, { recursive: true });
      return dir;
    },
  };
};

/** A list for `trawl run`, one URL a line. */
export const writeUrls = async (dir: string, urls: number, urlOf: (number: number) => string): Promise<string> => {
  const path = join(dir, 'urls.txt');
  await writeFile(path, `${Array.from({ length: urls }, (_, i) => urlOf(i)).join('\n')}\n`);
  return path;
};
