import { whyNoMachines } from './why-no-machines.ts';

/** For `describe.skipIf`: whether machines can be had here, and else the reason, which also goes to stdout. */
export const machinesHere = async (): Promise<{ title: string; areMissing: boolean }> => {
  const reason = await whyNoMachines();
  if (reason === undefined) return { title: 'on several machines', areMissing: false };
  process.stdout.write(`skipped: several machines: ${reason}\n`);
  return { title: `on several machines (skipped: ${reason})`, areMissing: true };
};
