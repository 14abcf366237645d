/** Locks, leases and looks so short that a campaign sees many recoveries. */
export const impatience = {
  TRAWL_LOCK: '6s',
  TRAWL_JOB_DEADLINE: '5s',
  TRAWL_STALLED_INTERVAL: '1s',
  TRAWL_SWEEP_INTERVAL: '1s',
  TRAWL_LEASE: '12s',
  TRAWL_GRACE: '500ms',
  TRAWL_CONCURRENCY: '32',
  /** So small that sources are read as long as their runs last. */
  TRAWL_BACKLOG: '100KiB',
  TRAWL_ALLOW_PRIVATE: '127.0.0.0/8',
  TRAWL_LOG_LEVEL: 'info',
};
