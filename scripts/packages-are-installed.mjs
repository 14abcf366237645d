// Exit 0 when node_modules holds what package-lock.json asks for, 1 when npm has work to do.
// Runs on whatever Node the machine has and without any package: it decides whether packages must be installed.
import { existsSync, readFileSync } from 'node:fs';

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined);

const wanted = read('package-lock.json');
const present = read('node_modules/.package-lock.json');

const isInstalled = ([path, entry]) => {
  if (!path.includes('node_modules/')) return true; // the root and the workspaces themselves
  const found = present[path];
  if (found === undefined) return entry.optional === true; // npm leaves out what is for other systems
  return found.version === entry.version && found.integrity === entry.integrity;
};

const complete = wanted !== undefined && present !== undefined && Object.entries(wanted).every(isInstalled);
process.exitCode = complete ? 0 : 1;
