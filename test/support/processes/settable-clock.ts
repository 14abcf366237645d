/** Imported before a main: shifts the wall clock of the process by TEST_CLOCK_MS, until SIGUSR2 sets it right. */
const { now } = Date;
let shiftMs = Number(process.env['TEST_CLOCK_MS'] ?? 0);
Date.now = () => now() + shiftMs;
process.on('SIGUSR2', () => {
  shiftMs = 0;
});
