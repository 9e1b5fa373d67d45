import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hostOutput } from "./host.ts";

/** A small Debian that a machine can be started from, built from Debian's own packages by `image/build.sh`. */
export interface DebianImage {
  /** The root, a squashfs without machine-id, SSH host keys or any other identity. */
  readonly root: string;
  readonly kernel: string;
  /** Puts the root together: `image/init.sh` and what it needs. */
  readonly initramfs: string;
}

const recipe = join(import.meta.dir, "image");
const cache = join(import.meta.dir, "../../dist/vm");

/**
 * The image from the cache, or a new one, which takes a minute or two. A change of the recipe, of Debian's release or of
 * the kernel's version makes a new one.
 */
export function debianImage(): DebianImage {
  image ??= findOrBuild(join(cache, ingredients()));
  return image;
}

let image: DebianImage | undefined;

function findOrBuild(directory: string): DebianImage {
  if (!existsSync(directory)) build(directory);
  const file = (name: string) => join(directory, name);
  return { root: file("root.squashfs"), kernel: file("vmlinuz"), initramfs: file("initramfs") };
}

function ingredients(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(recipe).sort()) hash.update(readFileSync(join(recipe, name)));
  hash.update(hostOutput(["apt-cache", "depends", "linux-image-cloud-amd64"]));
  hash.update(hostOutput(["apt-get", "indextargets", "--format", "$(CODENAME)", "Created-By: Packages"]));
  return hash.digest("hex").slice(0, 16);
}

function build(directory: string): void {
  const unfinished = `${directory}.${process.pid}.tmp`;
  // What an older recipe made is of no use any more.
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const started = performance.now();
  hostOutput(["unshare", "--mount", "--propagation=private", join(recipe, "build.sh"), unfinished]);
  renameSync(unfinished, directory);
  console.log(`built a Debian image in ${Math.round((performance.now() - started) / 1000)} s`);
}
