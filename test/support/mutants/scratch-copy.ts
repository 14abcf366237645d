import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

export type ScratchCopy = Awaited<ReturnType<typeof makeScratchCopy>>;

/** A copy of the repository as it stands, in which things may be broken. Its packages are the original's, Trawl's own are its own. */
export const makeScratchCopy = async (root: string) => {
  const path = await mkdtemp(join(tmpdir(), 'trawl-mutants-'));
  const isLeftOut = /^\/?(node_modules|\.git|\.trawl|bench\/results)(\/|$)/;
  await cp(root, path, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from) => !isLeftOut.test(from.slice(root.length)),
  });
  await linkPackages(join(root, 'node_modules'), join(path, 'node_modules'));
  return {
    path,
    /** Acts while the mechanism is gone. */
    without: async <T>(mutant: Mutant, act: () => Promise<T>): Promise<T> => {
      const file = join(path, mutant.file);
      const whole = await readFile(file, 'utf8');
      await writeFile(file, withoutMechanism(mutant, whole));
      try {
        return await act();
      } finally {
        await writeFile(file, whole);
      }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
};

/** Throws where the text to be replaced does not stand exactly once. */
export const withoutMechanism = ({ file, from, to }: Mutant, whole: string): string => {
  if (whole.split(from).length !== 2) throw new Error(`${file} does not hold exactly once: ${from}`);
  return whole.replace(from, () => to);
};

async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) {
    // Links that lead to apps/ and packages/ beside node_modules.
    if (name === '@trawl') await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
    else if (!/^\.(cache|vite|vitest)/.test(name)) await symlink(join(from, name), join(to, name));
  }
}
