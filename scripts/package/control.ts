/** What Debian calls the architectures that there are packages for, and the target that each is built for. */
export const architectures = { amd64: "linux-x64-baseline", arm64: "linux-arm64" } as const;

export type Architecture = keyof typeof architectures;

export const maintainer = "The imp authors <imp-authors@users.noreply.github.com>";

export interface PackageFacts {
  /** As in package.json. */
  readonly version: string;
  readonly architecture: Architecture;
  /** Of all installed files, in kibibytes. */
  readonly installedSize: number;
}

/** The version of the package: the program's, and the number of the package made of it (deb-version(7)). */
export function debianVersion(version: string): string {
  return `${version}-1`;
}

/** The file `control` of a binary package (deb-control(5)). */
export function controlFile({ version, architecture, installedSize }: PackageFacts): string {
  return [
    "Package: imp",
    `Version: ${debianVersion(version)}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${maintainer}`,
    `Installed-Size: ${installedSize}`,
    // The newest symbols that the runtime asks the C library for.
    "Depends: libc6 (>= 2.17)",
    "Section: admin",
    "Priority: optional",
    "Description: keeps chosen directories and files of an ephemeral root",
    " imp makes directories and files of a persistent filesystem appear at their",
    " places on a system whose root is thrown away at every boot: directories as",
    " bind mounts, files as symbolic links. One file, imp.toml, names them. Every",
    " application is recorded as a numbered generation, and imp goes back to any of",
    " them. It also serves for the dotfiles of an ordinary machine.",
    " .",
    " Installing the package mounts, links and enables nothing by itself.",
    "",
  ].join("\n");
}
