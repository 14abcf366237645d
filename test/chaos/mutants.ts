import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Mutant, mutants } from '../support/chaos/mutants.ts';

/**
 * `npm run chaos -- mutants [WORD]`: takes each mechanism out in a scratch copy and runs the tests that should miss it. Prints which of
 * them did. Exits with 1 when one is not missed.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const tests = [
  'test/chaos/attack.test.ts',
  'test/e2e/collector.test.ts',
  'test/e2e/run-control.test.ts',
  'test/e2e/embedded-redis-recovery.test.ts',
  'test/property/gate.test.ts',
];
/** The first failure ends them; those that hang are ended, and count as failed. */
const deadlineMs = 600_000;

const main = async (): Promise<number> => {
  const wanted = mutants.filter(({ name }) => name.includes(process.argv[2] ?? ''));
  const copy = await mkdtemp(join(tmpdir(), 'trawl-mutants-'));
  let missed = 0;
  try {
    await copyRepository(copy);
    for (const mutant of wanted) {
      const failed = await failuresWithout(mutant, copy);
      if (failed.length === 0) missed += 1;
      process.stdout.write(
        `${failed.length > 0 ? 'caught' : 'MISSED'}  ${mutant.name.padEnd(52)} ${failed.join('; ')}\n`,
      );
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
  return missed === 0 ? 0 : 1;
};

async function copyRepository(copy: string): Promise<void> {
  const isLeftOut = (path: string): boolean => /^(node_modules|\.git|\.trawl|bench\/results)(\/|$)/.test(path);
  await cp(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (from) => !isLeftOut(from.slice(root.length)),
  });
  // Trawl's own packages are links into the copy; everything else is the original's.
  await cp(join(root, 'node_modules/@trawl'), join(copy, 'node_modules/@trawl'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  await run(
    'bash',
    [
      '-c',
      `for each in "${root}"node_modules/* "${root}"node_modules/.bin; do ln -s "$each" node_modules/ 2>/dev/null || true; done`,
    ],
    copy,
  );
}

async function failuresWithout({ file, from, to }: Mutant, copy: string): Promise<string[]> {
  const path = join(copy, file);
  const whole = await readFile(path, 'utf8');
  if (whole.split(from).length !== 2) throw new Error(`${file} does not hold exactly once: ${from}`);
  await writeFile(
    path,
    whole.replace(from, () => to),
  );
  try {
    await run('node_modules/.bin/vitest', ['run', '--bail=1', '--reporter=json', ...tests], copy);
    const { testResults } = JSON.parse(await readFile(join(copy, '.vitest/json/output.json'), 'utf8')) as Report;
    return testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ title }) => title),
    );
  } finally {
    await writeFile(path, whole);
  }
}

type Report = { testResults: { assertionResults: { status: string; title: string }[] }[] };

const run = (command: string, args: string[], cwd: string): Promise<{ stdout: string }> =>
  new Promise((resolve) => {
    execFile(command, args, { cwd, timeout: deadlineMs, maxBuffer: 64 * 1024 ** 2 }, (_error, stdout) =>
      resolve({ stdout }),
    );
  });

process.exitCode = await main();
