/** When workers die, all that they had in hand is under suspicion. After so many deaths beside others a URL runs alone. */
const mostDeathsBesideOthers = 3;

/** So many deaths, and the URL is what kills. */
const mostDeaths = 20;

/**
 * What the deaths of its workers say about a URL.
 * @param times.stalled how often a worker was lost that had it in hand
 * @param times.alone how often in a row one was lost that had begun nothing else: it can have no other cause in the list
 */
export const readDeaths = (times: { stalled: number; alone: number }) => ({
  isCondemned: Math.min(times.stalled, mostDeathsBesideOthers) + times.alone >= mostDeaths,
  isSuspected: times.stalled >= mostDeathsBesideOthers,
});
