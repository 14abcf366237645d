/** A time at which the process did not get on: what came since `atMs - lateMs` was stamped at its end. */
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

/** How late the process can have stamped what it stamped then. */
export const stampedLate = (standstills: readonly Standstill[], stampMs: number): number =>
  standstills.reduce((worst, { atMs, lateMs }) => {
    const beganMs = atMs - lateMs - tickMs;
    return stampMs >= beganMs && stampMs <= atMs + tickMs ? Math.max(worst, stampMs - beganMs) : worst;
  }, 0);
