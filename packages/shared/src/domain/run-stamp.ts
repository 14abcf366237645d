/** `20260131-120005`, in UTC: names of runs sort by age behind the same beginning. */
export const stampOf = (ms: number): string => {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T');
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
};

/** The run of a schedule's slot. Slots are at least a second apart, so each has a name of its own, and always the same. */
export const runOfSlot = (crawl: string, slotMs: number): string => `${crawl}-${stampOf(slotMs)}`;
