import { setPriority } from 'node:os';

/** A process whose clock judges others should not wait for the processor behind them. Where this is not ours to say, it waits as all do. */
export const putFirst = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) setPriority(pid, -15);
  } catch {
    // EACCES: only root may.
  }
};
