/** A connection that could not be made, and how far it had come. */
export class ConnectError extends Error {
  readonly stage: 'dns' | 'connect' | 'tls';
  constructor(stage: 'dns' | 'connect' | 'tls', cause: unknown) {
    super(`no connection: ${stage}`, { cause });
    this.stage = stage;
  }
}
