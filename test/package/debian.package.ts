import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import packageFile from "../../package.json" with { type: "json" };
import { requireSuccess } from "../../scripts/build/run.ts";
import { buildTime } from "../../scripts/package/build-time.ts";
import { type Architecture, debianVersion } from "../../scripts/package/control.ts";
import { buildDebianPackage } from "../../scripts/package/debian.ts";
import { isRoot } from "../machine/machine.ts";
import { lacks, need, program } from "../requirement.ts";
import { type DebianSystem, debianMirror, startDebian } from "./debian-system.ts";

/** The packages for Debian: what is in them, and their life on a new Debian. */

const repository = join(import.meta.dir, "../..");
const { version } = packageFile;
const thisArchitecture = process.arch === "arm64" ? "arm64" : "amd64";
const folder = mkdtempSync(join(tmpdir(), "imp-packages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const withoutDpkg = lacks(program("dpkg-deb", "dpkg-deb (dpkg)"));

async function build(architecture: Architecture, output: string): Promise<string> {
  return buildDebianPackage({
    repository,
    version,
    architecture,
    builtAt: await buildTime(repository),
    output: join(folder, output),
  });
}

const built = (architecture: Architecture) =>
  join(folder, "first", `imp_${debianVersion(version)}_${architecture}.deb`);

describe.skipIf(withoutDpkg)("a package", () => {
  test.each(["amd64", "arm64"] as const)(
    "for %s holds the program, its manual, completions and an example",
    async (architecture) => {
      expect(await build(architecture, "first")).toBe(built(architecture));
      const fields = await requireSuccess([
        "dpkg-deb",
        "--field",
        built(architecture),
        "Package",
        "Version",
        "Architecture",
      ]);
      expect(fields).toBe(`Package: imp\nVersion: ${version}-1\nArchitecture: ${architecture}\n`);
      const listed = await requireSuccess(["dpkg-deb", "--contents", built(architecture)]);
      const files = listed.match(/^-.*$/gm)?.map((line) => line.replace(/^(\S+ \S+).* \.\/(.*)$/, "$1 $2"));
      expect(files?.sort()).toEqual([
        "-rw-r--r-- root/root usr/lib/systemd/system/imp.service",
        "-rw-r--r-- root/root usr/share/bash-completion/completions/imp",
        "-rw-r--r-- root/root usr/share/doc/imp/bun-license.md",
        "-rw-r--r-- root/root usr/share/doc/imp/changelog.Debian.gz",
        "-rw-r--r-- root/root usr/share/doc/imp/changelog.gz",
        "-rw-r--r-- root/root usr/share/doc/imp/copyright",
        "-rw-r--r-- root/root usr/share/doc/imp/examples/imp.toml",
        "-rw-r--r-- root/root usr/share/doc/imp/examples/initramfs-tools/imp.conf",
        "-rw-r--r-- root/root usr/share/doc/imp/examples/openrc/imp.confd",
        "-rw-r--r-- root/root usr/share/fish/vendor_completions.d/imp.fish",
        "-rw-r--r-- root/root usr/share/imp/imp.schema.json",
        "-rw-r--r-- root/root usr/share/lintian/overrides/imp",
        "-rw-r--r-- root/root usr/share/man/man1/imp.1.gz",
        "-rw-r--r-- root/root usr/share/man/man5/imp.toml.5.gz",
        "-rw-r--r-- root/root usr/share/zsh/vendor-completions/_imp",
        "-rwxr-xr-x root/root usr/bin/imp",
        "-rwxr-xr-x root/root usr/share/doc/imp/examples/initramfs-tools/hooks/imp",
        "-rwxr-xr-x root/root usr/share/doc/imp/examples/initramfs-tools/scripts/init-bottom/imp",
        "-rwxr-xr-x root/root usr/share/doc/imp/examples/openrc/imp",
      ]);
    },
  );

  test("is the same, byte by byte, whoever builds it from the same source", async () => {
    const umask = process.umask(0o077);
    const again = await build("amd64", "again").finally(() => process.umask(umask));
    expect(await requireSuccess(["cmp", built("amd64"), again])).toBe("");
  });

  test.skipIf(lacks(program("systemd-analyze", "systemd-analyze (systemd)")))(
    "has a unit that systemd understands",
    async () => {
      const root = join(folder, "root");
      await requireSuccess(["dpkg-deb", "--extract", built(thisArchitecture), root]);
      const verify = ["systemd-analyze", "verify", `--root=${root}`, "--man=no", "--recursive-errors=no"];
      const said = Bun.spawnSync([...verify, "imp.service"]);
      expect(`${said.stdout}${said.stderr}`).toBe("");
    },
  );

  test.skipIf(lacks(program("lintian")))("has no errors by lintian", async () => {
    const lint = ["lintian", "--allow-root", "--fail-on=none", "--display-info", "--show-overrides"];
    const found = await requireSuccess([...lint, built("amd64"), built("arm64")]);
    expect(found).toContain("O: imp: unstripped-binary-or-object [usr/bin/imp]");
    expect(found).not.toMatch(/^E:/m);
    expect(found).not.toContain("unused-override");
  });
});

const mirror = await debianMirror();

describe.skipIf(
  withoutDpkg ||
    lacks(
      need(isRoot, "root"),
      program("debootstrap"),
      need(mirror !== null, "a source of Debian packages for apt"),
    ),
)("on a new Debian", () => {
  let debian: DebianSystem;
  /** The mounts, links, data and records of imp. */
  let made = "";

  beforeAll(async () => {
    if (mirror === null) throw new Error("there is no mirror");
    debian = await startDebian(mirror);
    await debian.bring(built(thisArchitecture));
  }, 600_000);
  afterAll(() => debian?.stop());

  const everything = `
    grep -v -e ' /proc' -e ' /run ' /proc/self/mountinfo
    ls -l --time-style=+ /etc/machine-id
    cd /mnt/persist && find . -type f | sort | xargs sha256sum
    cat /etc/imp/imp.toml`;

  test("installing changes nothing but the files of the package, and says how to begin", async () => {
    const allFiles =
      "find / -xdev -path /proc -prune -o -path /var/lib/dpkg -prune -o -path /var/log -prune -o -print | sort";
    const before = await debian.sh(allFiles);
    const said = await debian.sh(`dpkg -i /root/${basename(built(thisArchitecture))}`);
    expect(said).toContain("imp is installed, and has changed nothing. To begin:\n");
    const added = new Set((await debian.sh(allFiles)).split("\n"));
    for (const path of before.split("\n")) added.delete(path);
    const owned = new Set((await debian.sh("dpkg -L imp")).split("\n"));
    expect([...added].filter((path) => !owned.has(path))).toEqual([]);
    expect(await debian.sh("find /etc -lname '*imp.service'")).toBe("");
    expect(await debian.sh("imp --version")).toBe(`imp ${version}\n`);
  });

  test("the first use of the README works", async () => {
    await debian.sh(`
      mkdir -p /mnt/persist/system /etc/imp /var/lib/bluetooth
      echo device > /var/lib/bluetooth/paired
      echo 0123456789abcdef0123456789abcdef > /etc/machine-id
      cat > /etc/imp/imp.toml <<'TOML'
state_dir = "/mnt/persist/imp"

[persistence."/mnt/persist/system"]
directories = ["/var/lib/bluetooth"]
files = ["/etc/machine-id"]
TOML`);
    expect(await debian.sh("imp apply --skip-validation")).toStartWith(
      "Generation 1 is active: 1 mounted, 1 linked",
    );
    expect(await debian.sh("imp verify")).toBe("Generation 1: 2 entries verified\n");
    made = await debian.sh(everything);
    expect(made).toContain(" /var/lib/bluetooth ");
    expect(made).toContain("/etc/machine-id -> /mnt/persist/system/etc/machine-id");
    expect(made).toContain("./imp/generations/1.json");
  });

  test("the example's first line leads editors to the schema of this very imp, wherever it is copied to", async () => {
    const [first] = (await debian.sh("cat /usr/share/doc/imp/examples/imp.toml")).split("\n");
    const schema = first?.replace("#:schema file://", "") ?? "";
    expect(schema).toStartWith("/usr/");
    expect(JSON.parse(await debian.sh(`cat '${schema}'`))).toEqual(JSON.parse(await debian.sh("imp schema")));
  });

  test("an upgrade keeps everything as it is, down to the numbers of the mounts", async () => {
    const newer = join(folder, "newer");
    await requireSuccess(["dpkg-deb", "--raw-extract", built(thisArchitecture), newer]);
    await requireSuccess(["sed", "-i", "s/^Version: .*/Version: 99.0.0-1/", join(newer, "DEBIAN/control")]);
    await requireSuccess(["dpkg-deb", "-Zgzip", "-z1", "--build", newer, join(folder, "newer.deb")]);
    await debian.bring(join(folder, "newer.deb"));
    const said = await debian.sh("dpkg -i /root/newer.deb");
    expect(said).toContain(`Unpacking imp (99.0.0-1) over (${version}-1)`);
    expect(said).not.toContain("To begin");
    expect(await debian.sh(everything)).toBe(made);
    expect(await debian.sh("imp verify")).toBe("Generation 1: 2 entries verified\n");
  });

  test("removing takes away the program alone, and says what stays", async () => {
    const said = await debian.sh("dpkg -r imp");
    expect(said).toContain("imp is removed, and nothing that it made.");
    expect(await debian.sh("test ! -e /usr/bin/imp && test ! -e /usr/share/doc/imp")).toBe("");
    expect(await debian.sh(everything)).toBe(made);
  });

  test("purging takes away no more, and says where the rest is", async () => {
    const said = await debian.sh("dpkg -P imp");
    expect(said).toContain("Nothing of yours was purged.");
    expect(await debian.sh("dpkg-query --show imp || true")).toContain("no packages found");
    expect(await debian.sh(everything)).toBe(made);
  });

  test("installed again, it takes up where it was", async () => {
    await debian.sh(`dpkg -i /root/${basename(built(thisArchitecture))}`);
    expect(await debian.sh("imp verify")).toBe("Generation 1: 2 entries verified\n");
    expect(await debian.sh(everything)).toBe(made);
  });
});
