import type { BindMount } from "./exported.ts";

/**
 * A line of fstab(5), or null if the paths are no text.
 *
 * `nofail` keeps a mount that is missing from stopping the boot; without it the order before `local-fs.target` would be
 * lost, so that is said too (systemd.mount(5)). That the source has to be mounted first systemd knows by itself.
 */
export function fstabLine({ source, target, what, options, hidden }: BindMount): string | null {
  // A byte that is not UTF-8 can't be written into a text.
  if (!source.isWellFormed() || !target.isWellFormed()) return null;
  const words = [
    "bind",
    ...options,
    ...(hidden ? ["x-gvfs-hide"] : []),
    ...(what === "directory" ? ["X-mount.mkdir"] : []),
    "nofail",
    "x-systemd.before=local-fs.target",
  ];
  return [escapeField(source), escapeField(target), "none", words.join(","), "0", "0"].join(" ");
}

/** The four characters that fstab(5) writes in octal. */
function escapeField(path: string): string {
  return path.replace(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}
