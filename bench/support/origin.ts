/** A web server of the bench, on the loopback. Ends with its scope. */
export type Origin = AsyncDisposable & {
  /** `target` is path and query. */
  url(target: string): string;
  readonly pid: number | undefined;
};
