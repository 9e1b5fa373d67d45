import { join } from "node:path";
import { requireSuccess } from "../build/run.ts";
import { impPage } from "../manual/imp.ts";
import { impTomlPage } from "../manual/imp-toml.ts";
import { changelogSections } from "../release/changelog.ts";
import { debianChangelog } from "./debian-changelog.ts";
import { compressed, type PackagedFile, text } from "./tree.ts";

/** Where the completions of each shell belong on Debian. */
const completionPlaces = {
  bash: "usr/share/bash-completion/completions/imp",
  zsh: "usr/share/zsh/vendor-completions/_imp",
  fish: "usr/share/fish/vendor_completions.d/imp.fish",
} as const;

/** Where the JSON Schema of imp.toml is, which editors look up by the first line of a configuration. */
const schemaPath = "usr/share/imp/imp.schema.json";
/** That line in the repository's example: relative to it. */
const schemaLine = "#:schema ./docs/imp.schema.json\n";

/** The example as it begins on a machine, wherever it is copied to. */
function installedExample(example: string): string {
  if (!example.startsWith(schemaLine)) throw new Error(`imp.toml does not begin with ${schemaLine}`);
  return `#:schema file:///${schemaPath}\n${example.slice(schemaLine.length)}`;
}

/** What other ways to boot take, for those who go them (docs/boot.md): each copied from `packaging/`. */
const bootExamples = [
  { path: "initramfs-tools/hooks/imp", mode: 0o755 },
  { path: "initramfs-tools/scripts/init-bottom/imp", mode: 0o755 },
  { path: "initramfs-tools/imp.conf", mode: 0o644 },
  { path: "openrc/imp", mode: 0o755 },
  { path: "openrc/imp.confd", mode: 0o644 },
] as const;

export interface Contents {
  /** The folder that holds package.json. */
  readonly repository: string;
  /** As in package.json. */
  readonly version: string;
  /** In seconds since 1970. */
  readonly builtAt: number;
}

/** All files of the package but the executable. They are the same for every architecture. */
export async function contents({ repository, version, builtAt }: Contents): Promise<readonly PackagedFile[]> {
  const source = (path: string) => Bun.file(join(repository, path)).text();
  const example = await source("imp.toml");
  const sections = changelogSections(await source("CHANGELOG.md"));
  const date = new Date(builtAt * 1000);
  // What imp prints comes from its source, for the executable may be one that does not run here.
  const imp = (...words: readonly string[]) =>
    requireSuccess([process.execPath, join(repository, "src/main.ts"), ...words], { cwd: repository });
  const completions = await Promise.all(
    Object.entries(completionPlaces).map(async ([shell, path]) => text(path, await imp("completion", shell))),
  );
  const examples = bootExamples.map(({ path, mode }) => ({
    path: `usr/share/doc/imp/examples/${path}`,
    content: { copyOf: join(repository, "packaging", path) },
    mode,
  }));
  return [
    ...completions,
    ...examples,
    text("usr/lib/systemd/system/imp.service", await source("packaging/systemd/imp.service")),
    compressed("usr/share/man/man1/imp.1", impPage(version, date)),
    compressed("usr/share/man/man5/imp.toml.5", impTomlPage(version, date, example)),
    text("usr/share/doc/imp/examples/imp.toml", installedExample(example)),
    text(schemaPath, await source("docs/imp.schema.json")),
    text("usr/share/doc/imp/copyright", await source("packaging/debian/copyright")),
    text("usr/share/doc/imp/bun-license.md", await source("node_modules/bun-types/docs/project/license.mdx")),
    compressed("usr/share/doc/imp/changelog", await source("CHANGELOG.md")),
    compressed("usr/share/doc/imp/changelog.Debian", debianChangelog(sections, version, builtAt)),
    text("usr/share/lintian/overrides/imp", await source("packaging/debian/lintian-overrides")),
  ];
}
