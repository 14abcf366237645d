import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configurationPage } from './configuration-page.ts';

/** Writes the pages that come from code. With `--check` it writes nothing, and fails when one is out of date. */
const path = fileURLToPath(new URL('configuration.md', import.meta.url));
const isCheck = process.argv.includes('--check');
const page = configurationPage();

if (!isCheck) writeFileSync(path, page);
else if (readPage() !== page) {
  process.stderr.write('docs/configuration.md is not what the tables of settings say. Run: npm run docs\n');
  process.exitCode = 1;
}

function readPage(): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
