import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/**
 * The first line of stdin: typed at a terminal, without being shown, or piped. Undefined when there is none, or the person
 * pressed Ctrl-C or Ctrl-D.
 */
export const askPassword = async (question: string): Promise<string | undefined> => {
  const { stdin, stderr } = process;
  const typed = stdin.isTTY ? await readHidden(question) : ((await text(stdin)).split(/\r?\n/, 1)[0] ?? '');
  if (stdin.isTTY) stderr.write('\n');
  return typed === '' ? undefined : typed;
};

const [ctrlC, ctrlD, backspace, del] = ['\u0003', '\u0004', '\b', '\u007f'];

async function readHidden(question: string): Promise<string | undefined> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  try {
    let typed = '';
    for (;;) {
      const [chunk] = (await once(stdin, 'data')) as [Buffer];
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n') return typed;
        if (character === ctrlC || character === ctrlD) return undefined;
        typed = character === backspace || character === del ? typed.slice(0, -1) : typed + character;
      }
    }
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}
