#!/usr/bin/env node
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Plain JavaScript, so that an older Node can read it far enough to say what is wrong.

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
  process.stderr.write(
    `trawl needs Node 24, this is Node ${process.versions.node}.\n` +
      'Run `npm install` (or, with npm 10, `bash scripts/setup.sh`) in the repository: it brings Node 24 along,\n' +
      'and `npx trawl ...` there finds it by itself.\n',
  );
  process.exit(2);
}

// The first releases of Node 24 call type stripping an experiment at every start, in children too.
const quiet = '--disable-warning=ExperimentalWarning';
process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, quiet].filter(Boolean).join(' ');
const emitWarning = process.emitWarning.bind(process);
process.emitWarning = (warning, ...rest) => {
  if (rest[0] !== 'ExperimentalWarning') emitWarning(warning, ...rest);
};

// Compiled sources of the last start halve this one, and those of the child processes, which inherit the variable.
const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
process.env.NODE_COMPILE_CACHE ??= join(caches, 'trawl', 'compiled');
module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);

await import('../src/main.ts');
