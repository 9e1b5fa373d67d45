import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { Descriptor } from "../../linux/open.ts";
import { CopyError } from "./session.ts";
import { openFolder, run, Scratch, setXattr, snapshot } from "./tree.fixture.ts";
import { copyFile } from "./tree.ts";

describe("a copied file", () => {
  test("has its content and attributes", async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.at("new"));
    writeFileSync(scratch.at("file"), "text", { mode: 0o640 });
    setXattr(scratch.at("file"), "user.comment", Buffer.from("x"));
    run("touch", "-d", "2001-02-03 04:05:06.789", scratch.at("file"));
    using from = new Descriptor(openFolder(scratch.path));
    using to = new Descriptor(openFolder(scratch.at("new")));
    await copyFile(from.number, "file", to.number, "copy");
    expect(snapshot(scratch.at("new/copy"))).toEqual(snapshot(scratch.at("file")));
  });

  test("is refused through a symlink, and over what exists", async () => {
    using scratch = new Scratch();
    writeFileSync(scratch.at("file"), "text");
    writeFileSync(scratch.at("other"), "other");
    symlinkSync("file", scratch.at("link"));
    using folder = new Descriptor(openFolder(scratch.path));
    await expect(copyFile(folder.number, "link", folder.number, "copy")).rejects.toThrow(CopyError);
    await expect(copyFile(folder.number, "file", folder.number, "link")).rejects.toThrow(/File exists/);
    await expect(copyFile(folder.number, "file", folder.number, "other")).rejects.toThrow(/File exists/);
    expect(readFileSync(scratch.at("other"), "utf8")).toBe("other");
  });

  test("leaves nothing behind if it is stopped", async () => {
    using scratch = new Scratch();
    writeFileSync(scratch.at("file"), Buffer.alloc(20_000_000, 1));
    using folder = new Descriptor(openFolder(scratch.path));
    const signal = (): never => {
      throw new Error("stop");
    };
    await expect(copyFile(folder.number, "file", folder.number, "copy", { signal })).rejects.toThrow("stop");
    expect(Object.keys(snapshot(scratch.path))).toEqual(["", "/file"]);
  });
});
