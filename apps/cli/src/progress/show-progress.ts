import type { Shell } from '../shell.ts';
import { coloursOf } from '../text/colours.ts';
import { progressLine, progressSentence } from './progress-line.ts';
import type { Progress } from './progress-meter.ts';

export type ProgressDisplay = {
  show: (progress: Progress) => void;
  /** A message to the person that stays, above the progress. */
  notice: (text: string) => void;
  /** Clears what should not stay. */
  end: () => void;
};

export type ProgressMode = 'terminal' | 'plain' | 'json' | 'quiet';

export const progressMode = (shell: Pick<Shell, 'stderr'>, wishes: { json: boolean; quiet: boolean }): ProgressMode => {
  if (wishes.json) return 'json';
  if (wishes.quiet) return 'quiet';
  return shell.stderr.isTTY ? 'terminal' : 'plain';
};

const plainEveryMs = 5000;
const jsonEveryMs = 1000;

/** Progress where it is wanted: a bar on a terminal, a line now and then in a log, JSON lines on stdout. */
export const createProgressDisplay = (mode: ProgressMode, shell: Shell): ProgressDisplay => {
  const notice = (text: string) => void shell.stderr.write(`${text}\n`);
  const nothing = () => undefined;
  switch (mode) {
    case 'terminal':
      return terminalDisplay(shell);
    case 'plain':
      return { show: atMostEvery(plainEveryMs, shell.now, (p) => notice(progressSentence(p))), notice, end: nothing };
    case 'json': {
      const write = (p: Progress) => void shell.stdout.write(`${progressEvent(p)}\n`);
      return { show: atMostEvery(jsonEveryMs, shell.now, write), notice, end: nothing };
    }
    case 'quiet':
      return { show: nothing, notice, end: nothing };
  }
};

/** One JSON object: the fields of Progress, failures as an object. */
export const progressEvent = ({ failures, ...progress }: Progress): string =>
  JSON.stringify({ event: 'progress', ...progress, failures: Object.fromEntries(failures) });

function terminalDisplay({ stderr, variables }: Shell): ProgressDisplay {
  const colours = coloursOf(stderr, variables);
  const clear = '\r\u001b[2K';
  let shown = '';
  return {
    show: (progress) => {
      const line = progressLine(progress, { columns: stderr.columns ?? 80, colours });
      if (line !== shown) stderr.write(`${clear}${line}`);
      shown = line;
    },
    notice: (text) => void stderr.write(`${shown === '' ? '' : clear}${text}\n${shown}`),
    end: () => {
      if (shown !== '') stderr.write(clear);
      shown = '';
    },
  };
}

/** The first call waits too: a run that is over before it need not be reported on. */
function atMostEvery(
  everyMs: number,
  now: () => number,
  show: (progress: Progress) => void,
): (progress: Progress) => void {
  let lastMs: number | undefined;
  return (progress) => {
    lastMs ??= now();
    if (now() - lastMs < everyMs) return;
    lastMs = now();
    show(progress);
  };
}
