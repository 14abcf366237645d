/** The pretend web as a child of a campaign: its log is on the machine's clock, and it knows when it stood still. */
import { startPretendWeb } from '../pretend-web/start-pretend-web.ts';
import { machineMs } from './machine-clock.ts';
import { isPoison } from './poison.ts';
import { watchStandstills } from './standstills.ts';

const web = await startPretendWeb({
  nowMs: machineMs,
  onRequest: (path, poisonedPort) => {
    if (isPoison(path)) process.send?.({ poisonedPort });
  },
});
const standstills = watchStandstills(machineMs);
process.on('message', (asked) => {
  if (asked === 'reset') {
    // Also what it counts for each id: every round deals the same numbers again.
    void fetch(web.url('/_reset'), { method: 'POST' }).then(() => {
      standstills.reset();
      process.send?.({ asked });
    });
  } else if (asked === 'total') process.send?.({ asked, total: web.arrivals.total() });
  else process.send?.({ asked, hosts: web.arrivals.dump().hosts, standstills: standstills.noted() });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ port: web.port });
