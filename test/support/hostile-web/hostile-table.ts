import { chunks } from './cases/chunks.ts';
import { codedBodies } from './cases/codings.ts';
import { content } from './cases/content.ts';
import { cuts } from './cases/cuts.ts';
import { heads } from './cases/heads.ts';
import { interimAnswers } from './cases/interim.ts';
import { keepAlive } from './cases/keep-alive.ts';
import { lengths } from './cases/lengths.ts';
import { redirectedRequests } from './cases/redirected-requests.ts';
import { redirects } from './cases/redirects.ts';
import { retries } from './cases/retries.ts';
import { sizes } from './cases/sizes.ts';
import { statusLines } from './cases/status-lines.ts';
import { timing } from './cases/timing.ts';
import { tls } from './cases/tls.ts';
import type { HostileCase } from './hostile-case.ts';

/** Every misbehaviour that is known by name, with what has to become of it. */
export const hostileTable: HostileCase[] = [
  ...timing,
  ...cuts,
  ...statusLines,
  ...heads,
  ...interimAnswers,
  ...lengths,
  ...chunks,
  ...sizes,
  ...codedBodies,
  ...redirects,
  ...redirectedRequests,
  ...retries,
  ...keepAlive,
  ...content,
  ...tls,
];
