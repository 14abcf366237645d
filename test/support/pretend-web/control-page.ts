import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson } from './answer.ts';
import type { ArrivalLog } from './arrival-log.ts';
import type { WebMemory } from './web-memory.ts';

/** For those who run the pretend web as a process of its own. Answers on every host, and is not in the log. */
export const answerControl = (
  request: IncomingMessage,
  response: ServerResponse,
  { arrivals, memory, standstillMs }: { arrivals: ArrivalLog; memory: WebMemory; standstillMs: () => number },
): void => {
  const asked = `${request.method} ${request.url}`;
  if (asked === 'GET /_arrivals') answerJson(response, arrivals.dump());
  else if (asked === 'GET /_summary') answerJson(response, { ...arrivals.summary(), standstillMs: standstillMs() });
  else if (asked === 'POST /_reset') {
    arrivals.reset();
    memory.reset();
    answerJson(response, { reset: true });
  } else answerJson(response, { error: `no control page: ${asked}` }, 404);
};
