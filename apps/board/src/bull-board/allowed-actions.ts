import type { BoardRole } from '@trawl/shared/platform/board-credentials.ts';

export type Permission = { allowed: true } | { allowed: false; reason: string };

const allowed: Permission = { allowed: true };
const denied = (reason: string): Permission => ({ allowed: false, reason });

const cancelInstead =
  'To end a run use Cancel on the first page, or `trawl cancel RUN`: every URL then has its outcome.';
const returns = 'A URL without an outcome comes back: its job would be added again within two sweeps.';
const outcomeStands =
  'The outcome of a job is recorded before the job ends, and the first one stands: a retry would change nothing. Start a new run of what failed.';
const ownJobs =
  'Only Trawl puts jobs into its queues: this one would have no run and no line. `trawl run` and `trawl enqueue` start runs.';
const schedulesElsewhere = 'Schedules are kept by `trawl schedule`, and put back as they are there.';

/** Brakes of a whole queue: nothing is lost by them, and they are let go of in the same place. */
const brakes: Record<string, Permission> = {
  'put /api/queues/pause': allowed,
  'put /api/queues/resume': allowed,
  'put /api/queues/:queueName/pause': allowed,
  'put /api/queues/:queueName/resume': allowed,
  'put /api/queues/:queueName/concurrency': allowed,
  'put /api/queues/:queueName/rate-limit': allowed,
  'put /api/queues/:queueName/rate-limit/release': allowed,
};

/** Everything else that Bull Board can do, and why not here. */
const refusals: Record<string, Permission> = {
  'put /api/queues/:queueName/clean/:queueStatus': denied(`${returns} ${cancelInstead}`),
  'put /api/queues/:queueName/empty': denied(`${returns} ${cancelInstead}`),
  'put /api/queues/:queueName/obliterate': denied(`${returns} ${cancelInstead}`),
  'put /api/queues/:queueName/:jobId/clean': denied(`${returns} ${cancelInstead}`),
  'put /api/queues/:queueName/retry/:queueStatus': denied(outcomeStands),
  'put /api/queues/:queueName/:jobId/retry': denied(outcomeStands),
  'put /api/queues/:queueName/promote': denied(
    'All retries would begin at once, however long their hosts asked to be left alone. Promote single jobs.',
  ),
  'post /api/queues/:queueName/add': denied(ownJobs),
  'patch /api/queues/:queueName/:jobId/update-data': denied(ownJobs),
  'patch /api/queues/:queueName/:jobId/delay': denied('When a job runs again follows from its retries and its host.'),
  'patch /api/queues/:queueName/:jobId/priority': denied('Runs share each host in turn, whatever the order of jobs.'),
  'put /api/queues/:queueName/:jobId/remove-unprocessed-children': denied('Jobs of Trawl have no children.'),
  'put /api/queues/:queueName/job-schedulers/:schedulerId/remove': denied(schedulesElsewhere),
  'patch /api/queues/:queueName/job-schedulers/:schedulerId': denied(schedulesElsewhere),
  'put /api/queues/:queueName/job-schedulers/:schedulerId/run': denied(schedulesElsewhere),
};

const promotion = 'put /api/queues/:queueName/:jobId/promote';

/**
 * May this be done through Bull Board? An allow-list: what a later version adds is denied until it stands here.
 * @param action method and route as Bull Board names them: `put /api/queues/:queueName/pause`
 */
export const permissionFor = (
  { action, queue }: { action: string; queue: string | undefined },
  role: BoardRole,
): Permission => {
  if (action.startsWith('get ')) return allowed;
  if (role === 'viewer') return denied('You may look only: this is for operators.');
  // Asks its host for a turn all the same. A firing would be counted as that of a later slot.
  if (action === promotion) return queue === 'fetch' ? allowed : denied(schedulesElsewhere);
  return brakes[action] ?? refusals[action] ?? denied('This is not among what may be done on this board.');
};
