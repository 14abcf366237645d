import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How docker compose is called here; undefined where there is none. */
export const composeCommand = async (): Promise<string[] | undefined> => {
  for (const command of [['docker', 'compose'], ['docker-compose']]) {
    const [program = '', ...args] = command;
    const answers = await run(program, [...args, 'version']).then(
      () => true,
      () => false,
    );
    if (answers) return command;
  }
  return undefined;
};

/** Why these images cannot be run here; undefined: they can. `remedies`: image -> the command that gets it. */
export const whyNotImages = async (remedies: Record<string, string>): Promise<string | undefined> => {
  for (const [image, remedy] of Object.entries(remedies)) {
    const error = await run('docker', ['image', 'inspect', image]).then(
      () => undefined,
      (reason: Error & { stderr?: string; code?: string }) => reason,
    );
    if (error?.code === 'ENOENT') return 'there is no docker command';
    if (/no such image/i.test(error?.stderr ?? '')) return `the image ${image} is not here: ${remedy}`;
    if (error !== undefined) return `no Docker answers: ${(error.stderr ?? error.message).trim().split('\n')[0]}`;
  }
  return undefined;
};
