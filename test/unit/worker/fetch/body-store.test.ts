import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { expect, onTestFinished, test } from 'vitest';
import { createBodyStore } from '../../../../apps/worker/src/fetch/body-store.ts';

test('a directory for bodies that cannot be made is named, with what to do', () => {
  const dir = mkdtempSync(join(tmpdir(), 'trawl-test-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'bodies'), 'a file is in the way');
  const make = () => createBodyStore(join(dir, 'bodies'));
  expect(make).toThrow(UserError);
  expect(make).toThrow(join(dir, 'bodies'));
});
