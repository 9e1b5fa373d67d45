import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lacks, need } from "../../test/requirement.ts";
import { observeLiveSystem } from "./live.ts";

test("where a symlink leads is refused if it is another one by the time it is asked", () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "imp-live-")));
  const observed = observeLiveSystem();
  try {
    const path = join(directory, "link");
    symlinkSync("/usr", path);
    const node = observed.node({ path, beneath: null });
    if (node.kind !== "symlink") throw new Error(`it is ${node.kind}`);
    unlinkSync(path);
    symlinkSync("/etc", path);
    expect(node.text).toBe("/usr");
    expect(() => node.astray).toThrow("was exchanged for something else");
  } finally {
    observed.close();
    rmSync(directory, { recursive: true });
  }
});

test("a symlink that a way has led through may not have become another one by the time it is read", () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "imp-live-")));
  const observed = observeLiveSystem();
  try {
    mkdirSync(join(directory, "one"));
    mkdirSync(join(directory, "other"));
    const path = join(directory, "link");
    symlinkSync("one", path);
    expect(observed.real(join(path, "f"))).toBe(join(directory, "one", "f"));
    unlinkSync(path);
    symlinkSync("other", path);
    expect(() => observed.node({ path, beneath: null })).toThrow("was exchanged for something else");
  } finally {
    observed.close();
    rmSync(directory, { recursive: true });
  }
});

const canMount = process.geteuid?.() === 0 && Bun.spawnSync(["unshare", "-m", "true"]).success;

test.skipIf(lacks(need(canMount, "root: a look beneath mounts")))(
  "beneath each mount of a folder is seen what it covers",
  () => {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), "imp-live-")));
    for (const name of ["one", "two", "inner"]) mkdirSync(join(directory, name));
    const script = `
    import { mkdirSync, statSync } from "node:fs";
    import { observeLiveSystem } from ${JSON.stringify(join(import.meta.dir, "live.ts"))};
    const at = (name) => process.argv[1] + "/" + name;
    const inode = (name) => String(statSync(at(name), { bigint: true }).ino);
    const mountOn = (name) => Bun.spawnSync(["mount", "-n", "-t", "tmpfs", "none", at(name)]);
    mountOn("inner");
    mkdirSync(at("inner/three"));
    const names = ["one", "two", "inner", "inner/three"];
    const inodes = names.map(inode);
    inodes[2] = ${JSON.stringify(String(statSync(join(directory, "inner"), { bigint: true }).ino))};
    for (const name of ["one", "two", "two", "inner/three"]) mountOn(name);
    const observed = observeLiveSystem();
    const on = (name) => observed.mounts.mounts.filter(({ mountPoint }) => mountPoint === at(name));
    const look = (name, mount) => observed.node({ path: at(name), beneath: mount });
    const lowest = (name) => on(name).find(({ parent }) => !on(name).some(({ id }) => id === parent));
    const said = {
      same: names.map((name, index) => look(name, lowest(name)).identity?.inode === inodes[index]),
      stacked: on("two").filter((mount) => mount !== lowest("two")).map((mount) => look("two", mount).kind),
      missing: look("none", lowest("one")).kind,
    };
    observed.close();
    process.stdout.write(JSON.stringify(said));
  `;
    try {
      const run = Bun.spawnSync([
        ...["unshare", "-m", "--propagation", "private", process.execPath, "-e", script, directory],
      ]);
      expect(run.stderr.toString()).toBe("");
      expect(JSON.parse(run.stdout.toString())).toEqual({
        same: [true, true, true, true],
        stacked: ["unknown"],
        missing: "missing",
      });
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);
