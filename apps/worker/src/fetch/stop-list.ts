/**
 * What is to end when a signal says so. One listener per signal: a fleet's worker has one signal and hundreds of fetches, and
 * adding and removing a listener for each costs more than the rest of their bookkeeping.
 */
export const createStopList = <T>(end: (item: T) => void) => {
  const lists = new WeakMap<AbortSignal, Set<T>>();

  const listOf = (signal: AbortSignal): Set<T> => {
    const known = lists.get(signal);
    if (known) return known;
    const list = new Set<T>();
    lists.set(signal, list);
    signal.addEventListener('abort', () => list.forEach(end), { once: true });
    return list;
  };

  /** Ends the item at once when the signal was given before. Returns how to forget it. */
  const add = (signal: AbortSignal, item: T): (() => void) => {
    if (signal.aborted) end(item);
    const list = listOf(signal);
    list.add(item);
    return () => list.delete(item);
  };

  return { add };
};
