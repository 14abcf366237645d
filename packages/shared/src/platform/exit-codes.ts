/** What a Trawl process tells its caller when it ends. */
export const exitCodes = {
  ok: 0,
  /** A `--fail-on` condition held: the run itself is complete. */
  failOn: 1,
  /** Something the user can mend: a flag, a file, a setting, a missing Redis. */
  userError: 2,
  /** A bug, or infrastructure that went away. EX_SOFTWARE of sysexits.h. */
  crashed: 70,
  /** 128 + SIGINT: the user was in a hurry. */
  interrupted: 130,
  /** 128 + SIGTERM, twice. */
  terminated: 143,
} as const;
