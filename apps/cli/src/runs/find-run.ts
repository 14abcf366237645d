import { UserError } from '@trawl/shared/platform/user-error.ts';
import { nearestWord } from '../command-line/nearest-word.ts';

/**
 * The run that a person means by a name, the beginning of one, or `last`.
 * @param names the newest first
 */
export const findRun = (given: string, names: readonly string[]): string => {
  const [newest] = names;
  if (newest === undefined)
    throw new UserError('There are no runs yet.', 'trawl run SOURCE starts one; trawl help run says how.');
  if (given === 'last') return newest;
  const exact = names.find((name) => name === given);
  if (exact !== undefined) return exact;
  const candidates = names.filter((name) => name.startsWith(given));
  if (candidates.length === 1 && candidates[0] !== undefined) return candidates[0];
  throw candidates.length === 0 ? noSuchRun(given, names) : manyRuns(given, candidates);
};

const mostShown = 10;

function noSuchRun(given: string, names: readonly string[]): UserError {
  const near = nearestWord(given, names);
  return new UserError(
    `There is no run ${given}${near === undefined ? '' : ` (did you mean ${near}?)`}.`,
    ['trawl status lists all runs; the newest ones:', ...shown(names)].join('\n'),
  );
}

function manyRuns(given: string, candidates: readonly string[]): UserError {
  return new UserError(
    `${given} is the beginning of ${candidates.length} runs.`,
    ['Write more of the name, or `last` for the newest run:', ...shown(candidates)].join('\n'),
  );
}

function shown(names: readonly string[]): string[] {
  const lines = names.slice(0, mostShown).map((name) => `  ${name}`);
  return names.length > mostShown ? [...lines, `  and ${names.length - mostShown} more`] : lines;
}
