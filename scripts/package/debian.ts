import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExecutable } from "../build/executable.ts";
import { requireSuccess } from "../build/run.ts";
import { contents } from "./contents.ts";
import { type Architecture, architectures, controlFile, debianVersion } from "./control.ts";
import { type PackagedFile, text, writeTree } from "./tree.ts";

const maintainerScripts = ["postinst", "postrm"] as const;

export interface DebianPackage {
  /** The folder that holds package.json. */
  readonly repository: string;
  /** As in package.json. */
  readonly version: string;
  readonly architecture: Architecture;
  /** In seconds since 1970. */
  readonly builtAt: number;
  /** The folder that the package is put in. */
  readonly output: string;
}

/** Builds `imp_VERSION_ARCHITECTURE.deb` and returns its path. The same source and time make the same bytes. */
export async function buildDebianPackage(wanted: DebianPackage): Promise<string> {
  const { repository, version, architecture, builtAt, output } = wanted;
  const scratch = mkdtempSync(join(tmpdir(), "imp-package-"));
  try {
    const executable = join(scratch, "imp");
    await buildExecutable({ repository, target: architectures[architecture], outfile: executable });
    const files: readonly PackagedFile[] = [
      { path: "usr/bin/imp", content: { copyOf: executable }, mode: 0o755 },
      ...(await contents({ repository, version, builtAt })),
    ];
    const tree = join(scratch, "tree");
    writeTree(tree, files);
    const installedSize = files.reduce((sum, { path }) => sum + kibibytes(join(tree, path)), 0);
    writeTree(join(tree, "DEBIAN"), [
      text("control", controlFile({ version, architecture, installedSize })),
      text("md5sums", files.map(({ path }) => `${md5(join(tree, path))}  ${path}\n`).join("")),
      ...maintainerScripts.map((name) =>
        text(name, readFileSync(join(repository, "packaging/debian", name), "utf8"), 0o755),
      ),
    ]);
    mkdirSync(output, { recursive: true });
    const path = join(output, `imp_${debianVersion(version)}_${architecture}.deb`);
    // xz makes it a fifth smaller, and takes seven times as long.
    await requireSuccess(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z9", "--build", tree, path], {
      environment: { SOURCE_DATE_EPOCH: String(builtAt) },
    });
    return path;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function kibibytes(path: string): number {
  return Math.ceil(statSync(path).size / 1024);
}

function md5(path: string): string {
  return new Bun.CryptoHasher("md5").update(readFileSync(path)).digest("hex");
}
