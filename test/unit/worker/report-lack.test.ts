import { expect, test } from 'vitest';
import { createLackReport } from '../../../apps/worker/src/report-lack.ts';

test('what a machine lacks is said once a minute, with the URLs that were put back since', () => {
  const said: unknown[] = [];
  let nowMs = 0;
  const report = createLackReport({ warn: ((fields: unknown) => void said.push(fields)) as never }, () => nowMs);
  report();
  for (let i = 0; i < 100; i++) report();
  expect(said).toEqual([{ urls: 1 }]);
  nowMs = 60_000;
  report();
  expect(said).toEqual([{ urls: 1 }, { urls: 101 }]);
});
