import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { requireSuccess } from "./run.ts";

/** What package-lock.json knows about a package. */
interface LockedPackage {
  readonly version: string;
  /** As in the attribute of the web (Subresource Integrity): the algorithm, a dash, the digest in base64. */
  readonly integrity: string;
}

/**
 * The path of Bun for another kind of machine, out of a package of the npm registry in the version that
 * package-lock.json has. It is fetched once and kept in `node_modules/.cache`, and never used unless its checksum is the
 * one in package-lock.json. (`bun build --target` would fetch it as well, but without that check.)
 */
export async function runtimeFor(repository: string, name: string): Promise<string> {
  const locked = lockedPackage(readFileSync(join(repository, "package-lock.json"), "utf8"), name);
  const cache = join(repository, "node_modules/.cache/imp");
  const kept = join(cache, `${name.slice(name.indexOf("/") + 1)}-${locked.version}`);
  if (existsSync(kept)) return kept;
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, "fetch-"));
  try {
    await requireSuccess([
      "npm",
      "pack",
      "--silent",
      `--pack-destination=${scratch}`,
      `${name}@${locked.version}`,
    ]);
    const [archive = ""] = [...new Bun.Glob("*.tgz").scanSync(scratch)];
    const packed = join(scratch, archive);
    requireIntegrity(`${name}@${locked.version}`, await Bun.file(packed).bytes(), locked.integrity);
    await requireSuccess(["tar", "-x", "-z", "-f", packed, "-C", scratch, "package/bin/bun"]);
    renameSync(join(scratch, "package/bin/bun"), kept);
    return kept;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Throws if the lock file, given as its text, does not have the package with a checksum. */
export function lockedPackage(lockFile: string, name: string): LockedPackage {
  const { packages } = JSON.parse(lockFile) as { packages: Record<string, Partial<LockedPackage>> };
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) {
    throw new Error(`package-lock.json has no checksum for ${name}`);
  }
  return { version, integrity };
}

/** Throws if `content` does not have the checksum. */
export function requireIntegrity(what: string, content: Uint8Array, integrity: string): void {
  const [algorithm = "", digest = ""] = integrity.split(/-(.*)/s);
  const found = new Bun.CryptoHasher(algorithm as Bun.SupportedCryptoAlgorithms)
    .update(content)
    .digest("base64");
  if (found !== digest) {
    throw new Error(
      `${what} is not what package-lock.json has:\n  expected ${integrity}\n  got ${algorithm}-${found}`,
    );
  }
}
