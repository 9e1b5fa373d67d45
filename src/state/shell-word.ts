/** `path` as one word of a shell command, for help texts: people paste those, and others may have chosen the name. */
export function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
