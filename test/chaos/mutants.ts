import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mutants } from '../support/mutants/all-mutants.ts';
import { takeBaseline } from '../support/mutants/baseline.ts';
import { type Judgement, judgeMutant } from '../support/mutants/judge-mutant.ts';
import type { Mutant } from '../support/mutants/mutant.ts';
import { makeScratchCopy, type ScratchCopy } from '../support/mutants/scratch-copy.ts';
import { tableOfJudgements } from '../support/mutants/table-of-judgements.ts';

/** Takes each mechanism out in a scratch copy and runs the tests that should miss it. Exits with 1 when one is not missed. */
const usage = `npm run chaos -- mutants [--json] [WORD]

  WORD    only mechanisms or files whose name holds it
  --json  the findings as JSON on stdout, no table
`;

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const nameOf = ({ mechanism, file }: Mutant): string => `  ${mechanism} (${file})`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const tell = ({ mechanism, caughtBy, otherwise }: Judgement): void => {
  if (caughtBy)
    say(`caught  ${mechanism}\n        by "${caughtBy.test}" after ${seconds(caughtBy.afterMs)}: ${caughtBy.says}`);
  else say(`MISSED  ${mechanism}\n        ${otherwise.join('; ') || 'its tests pass'}`);
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const word = positionals[0] ?? '';
  const wanted = mutants.filter(({ mechanism, file }) => mechanism.includes(word) || file.includes(word));
  if (wanted.length === 0) {
    say(`No mechanism and no file has "${word}" in its name. These are there:\n${mutants.map(nameOf).join('\n')}`);
    return 2;
  }
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const copy = await makeScratchCopy(root);
  try {
    const judgements = await judge(wanted, copy, stopping.signal);
    const missed = judgements.filter(({ caughtBy }) => caughtBy === undefined);
    process.stdout.write(`${values.json ? JSON.stringify(judgements, null, 2) : tableOfJudgements(judgements)}\n`);
    say(`${judgements.length - missed.length} of ${wanted.length} caught in ${seconds(performance.now())}`);
    return missed.length === 0 && judgements.length === wanted.length ? 0 : 1;
  } finally {
    await copy.remove();
  }
};

const judge = async (wanted: Mutant[], copy: ScratchCopy, stop: AbortSignal): Promise<Judgement[]> => {
  const first = wanted.map(({ tests }) => tests[0]);
  const baseline = await takeBaseline(copy, first, stop);
  for (const problem of baseline.problems) say(`FAILS   with everything in its place: ${problem}`);
  const judgements: Judgement[] = [];
  for (const mutant of wanted) {
    const judgement = await judgeMutant(copy, mutant, { baseline, now: () => performance.now(), stop });
    if (stop.aborted) break;
    tell(judgement);
    judgements.push(judgement);
  }
  return judgements;
};

process.exitCode = await main();
