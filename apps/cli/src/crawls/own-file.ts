import { basename, dirname, join } from 'node:path';

/** How each run gets a file of its own. */
export const ownFileRemedy = (path: string): string => {
  const [stem = '', ...extensions] = basename(path).split('.');
  const named = join(dirname(path), [`${stem}-{run}`, ...extensions].join('.'));
  return `Put {run} in it, and each run puts its name there: ${named}`;
};
