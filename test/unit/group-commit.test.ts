import type { Commit } from '@trawl/shared/frontier/frontier.ts';
import { expect, test } from 'vitest';
import { createGroupCommit } from '../../apps/worker/src/commit/group-commit.ts';

const commitNumber = (seq: number): Commit => ({
  host: 'h',
  run: 'a',
  seq,
  id: `a-${seq}-0`,
  class: 'ok',
  summary: '',
  json: '',
});

test('commits that come while one is under way share the next call, and each gets its own answer', async () => {
  const groups: number[][] = [];
  const answers: (() => void)[] = [];
  const commit = createGroupCommit(async (commits) => {
    groups.push(commits.map(({ seq }) => seq));
    await new Promise<void>((resolve) => answers.push(resolve));
    return commits.map(({ seq }) => seq !== 3);
  });
  const first = commit(commitNumber(1));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const later = [commit(commitNumber(2)), commit(commitNumber(3))];
  answers.shift()?.();
  expect(await first).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  answers.shift()?.();
  expect(await Promise.all(later)).toEqual([true, false]);
  expect(groups).toEqual([[1], [2, 3]]);
});

test('a failed call fails the commits of its group only', async () => {
  let calls = 0;
  const commit = createGroupCommit(async (commits) => {
    if (++calls === 1) throw new Error('connection lost');
    return commits.map(() => true);
  });
  await expect(commit(commitNumber(1))).rejects.toThrow('connection lost');
  expect(await commit(commitNumber(2))).toBe(true);
});

test('a group never outgrows its limits', async () => {
  const sizes: number[] = [];
  const commit = createGroupCommit(
    async (commits) => {
      sizes.push(commits.length);
      return commits.map(() => true);
    },
    { commits: 10, characters: 1e6 },
  );
  await Promise.all(Array.from({ length: 25 }, (_, seq) => commit(commitNumber(seq))));
  expect(sizes).toEqual([10, 10, 5]);
});

test('large records travel in small groups, a single one of any size by itself', async () => {
  const sizes: number[] = [];
  const commit = createGroupCommit(
    async (commits) => {
      sizes.push(commits.length);
      return commits.map(() => true);
    },
    { commits: 10, characters: 100 },
  );
  const large = (seq: number, characters: number) => ({ ...commitNumber(seq), json: 'x'.repeat(characters) });
  await Promise.all([commit(large(1, 500)), commit(large(2, 60)), commit(large(3, 40)), commit(large(4, 1))]);
  expect(sizes).toEqual([1, 2, 1]);
});
