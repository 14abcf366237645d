import { showNumberOf } from '@trawl/shared/domain/quantities.ts';
import type { Colours } from '../text/colours.ts';
import type { Finding } from './findings.ts';

export type Verification = {
  run: string;
  inputLines: number;
  verified: boolean;
  isFinished: boolean;
  findings: Finding[];
};

/** A verification for a person, without a line break at its end. */
export const verificationText = (
  { run, inputLines, verified, isFinished, findings }: Verification,
  colours: Colours,
): string => {
  const marks: Record<Finding['verdict'], string> = {
    ok: colours.green('ok     '),
    wrong: colours.red('WRONG  '),
    skipped: colours.yellow('skipped'),
  };
  const lines = findings.flatMap(({ what, verdict, details }) => [
    `  ${marks[verdict]}  ${what}`,
    ...details.map((detail) => `             ${detail}`),
  ]);
  const wrong = findings.filter(({ verdict }) => verdict === 'wrong').length;
  const ending = verified
    ? colours.green(`Verified: ${showNumberOf(inputLines, 'input line')}, exactly one outcome each.`)
    : colours.red(
        `Not verified: ${showNumberOf(wrong, 'finding')} wrong.${isFinished ? '' : ` The run is not finished: trawl resume ${run}`}`,
      );
  return [`Run ${run}`, '', ...lines, '', ending].join('\n');
};
