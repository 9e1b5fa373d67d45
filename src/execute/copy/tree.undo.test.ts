import { describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Descriptor } from "../../linux/open.ts";
import { copyFolder, openFolder, run, Scratch, snapshot } from "./tree.fixture.ts";
import { removeCopy } from "./tree.ts";
import { makeSample } from "./tree-sample.fixture.ts";

function undo(original: string, copy: string): { removed: boolean; kept: string[] } {
  using from = new Descriptor(openFolder(original));
  using to = new Descriptor(openFolder(copy));
  const { removed, kept } = removeCopy(from.number, to.number);
  return { removed, kept: kept.toSorted() };
}

async function copiedSample(scratch: Scratch): Promise<[original: string, copy: string]> {
  mkdirSync(scratch.at("original"));
  makeSample(scratch.at("original"));
  await copyFolder(scratch.at("original"), scratch.at("copy"));
  return [scratch.at("original"), scratch.at("copy")];
}

describe("the undo of a copy", () => {
  test("removes all of an exact copy, and nothing of the original", async () => {
    using scratch = new Scratch();
    const [original, copy] = await copiedSample(scratch);
    const before = snapshot(original);
    expect(undo(original, copy)).toEqual({ removed: true, kept: [] });
    expect(readdirSync(copy)).toEqual([]);
    expect(snapshot(original)).toEqual(before);
  });

  test("keeps and names what was changed, added or exchanged since, with the folders that hold it", async () => {
    using scratch = new Scratch();
    const [original, copy] = await copiedSample(scratch);
    appendFileSync(join(copy, "empty"), "written later");
    writeFileSync(join(copy, "program"), "#!/bin/zz\n");
    writeFileSync(join(copy, "folder/inner/new"), "");
    mkdirSync(join(copy, "new folder/inner"), { recursive: true });
    unlinkSync(join(copy, "link"));
    symlinkSync("another text", join(copy, "link"));
    unlinkSync(join(copy, "dangling too"));
    mkdirSync(join(copy, "dangling too"));
    const left = ["dangling too", "empty", "folder/inner/new", "link", "new folder", "program"];
    expect(undo(original, copy)).toEqual({ removed: false, kept: left });
    const folders = ["", "/folder", "/folder/inner", "/new folder/inner"];
    expect(Object.keys(snapshot(copy)).toSorted()).toEqual(
      [...folders, ...left.map((name) => `/${name}`)].toSorted(),
    );
  });

  test("keeps what is no longer in the original, for it is the only one then", async () => {
    using scratch = new Scratch();
    const [original, copy] = await copiedSample(scratch);
    rmSync(join(original, "folder"), { recursive: true });
    unlinkSync(join(original, "program"));
    symlinkSync("/etc/hostname", join(original, "program"));
    writeFileSync(join(original, "empty"), "the original was changed");
    expect(undo(original, copy)).toEqual({ removed: false, kept: ["empty", "folder", "program"] });
  });

  test("goes by content, not by mode or by the number of names", async () => {
    using scratch = new Scratch();
    const [original, copy] = await copiedSample(scratch);
    chmodSync(join(copy, "program"), 0o600);
    linkSync(join(original, "program"), scratch.at("another name"));
    expect(undo(original, copy)).toEqual({ removed: true, kept: [] });
  });

  test("does not follow links that came to stand in either tree", async () => {
    using scratch = new Scratch();
    const [original, copy] = await copiedSample(scratch);
    run("mv", join(copy, "names"), scratch.at("elsewhere"));
    symlinkSync(scratch.at("elsewhere"), join(copy, "names"));
    run("mv", join(original, "folder"), scratch.at("folder elsewhere"));
    symlinkSync(scratch.at("folder elsewhere"), join(original, "folder"));
    const before = snapshot(scratch.at("elsewhere"));
    expect(undo(original, copy)).toEqual({ removed: false, kept: ["folder", "names"] });
    expect(snapshot(scratch.at("elsewhere"))).toEqual(before);
  });

  test("takes nothing for a copy of itself, be it a folder or a file with two names", async () => {
    using scratch = new Scratch();
    const [original, copy] = await copiedSample(scratch);
    const before = snapshot(original);
    expect(undo(original, original)).toEqual({ removed: false, kept: ["."] });
    expect(snapshot(original)).toEqual(before);
    unlinkSync(join(copy, "program"));
    linkSync(join(original, "program"), join(copy, "program"));
    expect(undo(original, copy)).toEqual({ removed: false, kept: ["program"] });
  });

  test("removes all that a killed process left, half a file included", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("original/folder"), { recursive: true });
    mkdirSync(scratch.at("copy"));
    for (const name of ["original/a", "original/folder/b"])
      writeFileSync(scratch.at(name), Buffer.alloc(20_000_000, 1));
    const script = `
      import { copyFolder } from ${JSON.stringify(join(import.meta.dir, "tree.fixture.ts"))};
      let calls = 0;
      const signal = () => ++calls === 4 && process.kill(process.pid, "SIGKILL");
      await copyFolder(process.argv[1], process.argv[2], { signal });
    `;
    Bun.spawnSync([process.execPath, "-e", script, scratch.at("original"), scratch.at("copy")]);
    expect(readdirSync(scratch.at("copy")).length).toBeGreaterThan(0);
    expect(undo(scratch.at("original"), scratch.at("copy"))).toEqual({ removed: true, kept: [] });
    expect(readdirSync(scratch.at("copy"))).toEqual([]);
  });
});
