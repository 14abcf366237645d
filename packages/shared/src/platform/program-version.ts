import about from '../../package.json' with { type: 'json' };

/** The version of Trawl; all its packages have the same. */
export const programVersion: string = about.version;
