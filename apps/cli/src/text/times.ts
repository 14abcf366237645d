/** `2026-01-31 12:00:05`, in UTC. */
export const showTime = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
