import type { Mutant } from './mutant.ts';
import { mutantsOfPoliteness } from './mutants-of-politeness.ts';
import { mutantsOfSinksAndRedis } from './mutants-of-sinks-and-redis.ts';
import { mutantsOfTheLedger } from './mutants-of-the-ledger.ts';
import { mutantsOfWorkers } from './mutants-of-workers.ts';

/** What is not missed when it is gone would not be needed. */
export const mutants: Mutant[] = [
  ...mutantsOfTheLedger,
  ...mutantsOfPoliteness,
  ...mutantsOfWorkers,
  ...mutantsOfSinksAndRedis,
];
