import { ip } from './ip-command.ts';
import { newNetworkName } from './network-names.ts';

/** Why network namespaces cannot be had here; undefined where they can. Stands in the name of skipped tests. */
export const whyNoMachines = async (): Promise<string | undefined> => {
  if (process.platform !== 'linux') return 'network namespaces are of Linux';
  if (process.getuid?.() !== 0) return 'making network namespaces needs root';
  const probe = `${newNetworkName(process.pid)}probe`;
  try {
    await ip('netns', 'add', probe);
  } catch (error) {
    return reasonOf(error);
  }
  try {
    await ip('-n', probe, 'link', 'add', 'name', 'one', 'type', 'veth', 'peer', 'name', 'other');
    await ip('-n', probe, 'link', 'add', 'name', 'switch', 'type', 'bridge');
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    await ip('netns', 'del', probe);
  }
};

/** Anything else is a fault, and no reason to skip. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.cause instanceof Error) {
    if ('code' in error.cause && error.cause.code === 'ENOENT') return 'there is no `ip`: apt install iproute2';
    if (/not permitted|not supported|Unknown device type/i.test(error.message)) return error.message;
  }
  throw error;
}
