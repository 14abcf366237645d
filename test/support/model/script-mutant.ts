/** Faults put into a script: the text that is replaced must be there, so that a mutant does not outlive what it breaks. */
export type ScriptMutant = { breaks: string; scripts: string[]; faults: [text: string, by: string][] };

export const withFaults = ({ breaks, scripts, faults }: ScriptMutant, script: string, lua: string): string => {
  if (!scripts.includes(script)) return lua;
  return faults.reduce((source, [text, by]) => {
    if (!source.includes(text)) throw new Error(`${script}.lua has nothing to break for: ${breaks}`);
    return source.replace(text, () => by);
  }, lua);
};
