/** What a worker has in hand, as far as executions must not run beside each other. */
export type Isolation = {
  /** Undefined: it may begin now. Else resolves when it may. */
  enter: (isAlone: boolean) => Promise<void> | undefined;
  leave: () => void;
  /** Somebody is alone, or waits for it: nothing else should be taken. */
  isWanted: () => boolean;
};

/**
 * Executions run beside each other, but for those that must be alone: each of these begins when all others have ended, and nothing begins
 * before it has. What came meanwhile goes before the next that must be alone.
 * @param onChange called when `isWanted` may have changed
 */
export const createIsolation = (onChange: () => void): Isolation => {
  const waitToBeAlone: (() => void)[] = [];
  const waitForOthers: (() => void)[] = [];
  let underWay = 0;
  let isSomebodyAlone = false;

  const admit = (): void => {
    if (isSomebodyAlone) return;
    for (const begin of waitForOthers.splice(0)) {
      underWay++;
      begin();
    }
    if (underWay > 0) return;
    const begin = waitToBeAlone.shift();
    if (begin === undefined) return;
    isSomebodyAlone = true;
    underWay++;
    begin();
  };
  const isWanted = (): boolean => isSomebodyAlone || waitToBeAlone.length > 0;

  return {
    enter: (isAlone) => {
      if (!isAlone && !isSomebodyAlone) {
        underWay++;
        return undefined;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      (isAlone ? waitToBeAlone : waitForOthers).push(resolve);
      admit();
      if (isAlone) onChange();
      return promise;
    },
    leave: () => {
      underWay--;
      const wasWanted = isWanted();
      if (underWay === 0) isSomebodyAlone = false;
      if (!wasWanted) return;
      admit();
      if (!isWanted()) onChange();
    },
    isWanted,
  };
};
