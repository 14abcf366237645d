const words =
  /no space left|quota exceeded|\bEDQUOT\b|permission denied|operation not permitted|read-only file system/i;

/** No room on a disk, or no right to a place there: somebody may mend it while we wait. Also where a server's own words say so. */
export const isDiskTrouble = (error: unknown): error is Error => error instanceof Error && words.test(error.message);

/** Without the right to it, also a place with room stays closed. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && ['ENOSPC', 'EDQUOT'].includes(String((error as NodeJS.ErrnoException).code));
