/** A time at which the process did not get on: what it stamped then is late by up to `lateMs`. */
export type Standstill = { atMs: number; lateMs: number };

const tickMs = 5;
const worthNotingMs = 10;

/** Notes when the event loop of this process was held up, by its own work or by a busy machine. */
export const watchStandstills = (nowMs: () => number) => {
  let noted: Standstill[] = [];
  let lastMs = nowMs();
  const timer = setInterval(() => {
    const atMs = nowMs();
    const lateMs = atMs - lastMs - tickMs;
    if (lateMs > worthNotingMs) noted.push({ atMs, lateMs });
    lastMs = atMs;
  }, tickMs);
  return {
    noted: () => noted,
    reset: (): void => void (noted = []),
    stop: () => clearInterval(timer),
  };
};

/** The longest that the process was held up about then. */
export const latenessBetween = (standstills: readonly Standstill[], fromMs: number, toMs: number): number =>
  standstills.reduce(
    (worst, { atMs, lateMs }) => (atMs >= fromMs && atMs - lateMs <= toMs ? Math.max(worst, lateMs) : worst),
    0,
  );
