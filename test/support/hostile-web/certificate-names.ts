/** The certificates of the hostile web: files of `certificates/`. All but `self-signed` and `untrusted` are signed by its authority. */
export type Certificate =
  | 'good'
  | 'expired'
  | 'not-yet-valid'
  | 'self-signed'
  | 'untrusted'
  | 'wrong-host'
  | 'without-names'
  | 'wrong-purpose'
  | 'missing-intermediate'
  | 'authority-that-is-none'
  | 'weak-key';
