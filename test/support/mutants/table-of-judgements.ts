import type { Judgement } from './judge-mutant.ts';

/** As it stands in docs/reliability.md. */
export const tableOfJudgements = (judgements: Judgement[]): string =>
  [
    '| without | taken out in | caught by | which says |',
    '|---|---|---|---|',
    ...judgements.map(({ mechanism, file, caughtBy, otherwise }) => {
      const [by, says] = caughtBy
        ? [`\`${caughtBy.file.replace(/^test\/|\.test\.ts$/g, '')}\`: ${caughtBy.test}`, caughtBy.says]
        : ['**nothing**', otherwise.join('; ')];
      return `| ${[mechanism, `\`${shortened(file)}\``, by, says].map(cell).join(' | ')} |`;
    }),
  ].join('\n');

/** The end of a path says enough, and is the shortest that names one file. */
export const shortened = (file: string): string =>
  file.replace(/^(apps|packages)\/|src\/|frontier\/scripts\/(parts\/)?/g, '');

const longestCell = 160;

const cell = (text: string): string => {
  const line = text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
  return line.length > longestCell ? `${line.slice(0, longestCell)} ...` : line;
};
