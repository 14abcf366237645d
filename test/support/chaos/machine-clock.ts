/** Ms on the monotonic clock that all processes of a machine share: what one saw can be laid beside what another did. */
export const machineMs = (): number => Number(process.hrtime.bigint()) / 1e6;
