import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file of a package. */
export interface PackagedFile {
  /** Where it is installed, without the first slash: `usr/bin/imp`. */
  readonly path: string;
  /** The content, or the path of a file that has it. */
  readonly content: Uint8Array | { readonly copyOf: string };
  /** Permissions: 0o755 for what is run, 0o644 for what is read. */
  readonly mode: 0o755 | 0o644;
}

/** Writes the files below `folder`. Directories that are missing are made, for everyone to read. */
export function writeTree(folder: string, files: readonly PackagedFile[]): void {
  const umask = process.umask(0o022);
  for (const { path, content, mode } of files) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    if (content instanceof Uint8Array) writeFileSync(place, content);
    else cpSync(content.copyOf, place);
    chmodSync(place, mode);
  }
  process.umask(umask);
}

export function text(path: string, content: string, mode: PackagedFile["mode"] = 0o644): PackagedFile {
  return { path, content: new TextEncoder().encode(content), mode };
}

/** Compressed as Debian wants its changelogs and manual pages: as small as can be, without a name or a time. */
export function compressed(path: string, content: string): PackagedFile {
  return { path: `${path}.gz`, content: Bun.gzipSync(content, { level: 9 }), mode: 0o644 };
}
