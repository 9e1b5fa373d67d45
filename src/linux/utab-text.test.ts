import { describe, expect, test } from "bun:test";
import type { Mount } from "../model/mount.ts";
import { hiddenMounts, type Visibility, withVisibility } from "./utab-text.ts";

const log: Mount = {
  id: 36,
  parent: 1,
  device: "8:1",
  root: "/system/var/log",
  deleted: false,
  mountPoint: "/var/log",
  options: ["rw"],
  filesystem: "ext4",
  from: "/dev/sda1",
};
const source = "/persist/system/var/log";
/** As libmount 2.38 writes it for `mount --bind -o x-gvfs-hide`. */
const line =
  "SRC=/dev/sda1 TARGET=/var/log ROOT=/system/var/log BINDSRC=/persist/system/var/log OPTS=x-gvfs-hide\n";

const hidden: Visibility = { mountPoint: "/var/log", mount: log, hidden: true, sources: [source] };
const shown: Visibility = { ...hidden, hidden: false };
const gone: Visibility = { ...shown, mount: null };

const isHidden = (text: string, mount = log) => hiddenMounts(Buffer.from(text, "latin1"))(mount);
const change = (text: string, wish: Visibility, mounts: readonly Mount[] = []) =>
  withVisibility(text, [wish], (point) => mounts.filter(({ mountPoint }) => mountPoint === point));

describe("whether a mount is hidden", () => {
  test("is told by its filesystem, its place and what it shows", () => {
    expect(isHidden(line)).toBe(true);
    expect(isHidden(line, { ...log, from: "/dev/sdb1" })).toBe(false);
    expect(isHidden(line, { ...log, root: "/var/log" })).toBe(false);
    expect(isHidden(line, { ...log, mountPoint: "/var/logs" })).toBe(false);
    expect(isHidden(line.replace("x-gvfs-hide", "x-other,x-gvfs-hide"))).toBe(true);
    expect(isHidden(line.replace("x-gvfs-hide", "x-gvfs-hidden"))).toBe(false);
    expect(isHidden("")).toBe(false);
  });

  test("is told by the mount's id alone where there is one, as since 2.39", () => {
    expect(isHidden(`ID=36 ${line}`)).toBe(true);
    expect(isHidden(`ID=37 ${line}`)).toBe(false);
    expect(isHidden(`ID=36 UNIQID=2147483999 ${line}`)).toBe(true);
    expect(isHidden(`ID=36 ${line}`, { ...log, root: "/else" })).toBe(true);
  });

  test("is known of names with spaces, backslashes and bytes that are no text", () => {
    const strange = { ...log, mountPoint: "/a b\\c\n\udcff" };
    const text = change("", { ...hidden, mountPoint: strange.mountPoint, mount: strange });
    expect(text).toContain("TARGET=/a\\040b\\134c\\012\xff ");
    expect(isHidden(text, strange)).toBe(true);
  });
});

describe("the file", () => {
  test("gets a line as libmount writes it, and loses it again", () => {
    expect(change("", hidden)).toBe(line);
    expect(change(line, hidden)).toBe(line);
    expect(change(line, shown)).toBe("");
    expect(change(line, gone)).toBe("");
  });

  test("keeps the lines of others to the letter, where the mount point is the same too", () => {
    const others = [
      "ID=40 SRC=nas:/x TARGET=/mnt/nas ROOT=/ ATTRS=vers=4.2 OPTS=_netdev,x-gvfs-hide\n",
      "# a remark\n",
      "SRC=/dev/sdb1 TARGET=/var/log ROOT=/ OPTS=x-gvfs-hide\n",
      "SRC=/dev/sda1 TARGET=/var/log ROOT=/else BINDSRC=/else OPTS=x-gvfs-hide\n",
    ].join("");
    for (const wish of [hidden, shown, gone]) {
      expect(change(others + line, wish)).toBe(wish === hidden ? others + line : others);
    }
  });

  test("keeps other options of a line", () => {
    const other = line.replace("x-gvfs-hide", "x-other,user=ada");
    const both = line.replace("x-gvfs-hide", "x-other,user=ada,x-gvfs-hide");
    expect(change(other, hidden)).toBe(both);
    expect(change(both, shown)).toBe(other);
    expect(change(both, gone)).toBe(other);
  });

  test("keeps attributes", () => {
    const attributes = line.replace("OPTS=x-gvfs-hide", "ATTRS=a=1 ");
    const both = attributes.replace(/ \n/, " OPTS=x-gvfs-hide\n");
    expect(change(attributes, hidden)).toBe(both);
    expect(change(both, shown).trimEnd()).toBe(attributes.trimEnd());
  });

  test("keeps the line of an entry's mount that is there under another one", () => {
    expect(change(line, gone, [log])).toBe(line);
  });

  test("loses the line of a source that was exchanged for another", () => {
    const other = { ...log, root: "/other/var/log" };
    const wish = { ...hidden, mount: other, sources: [source, "/persist/other/var/log"] };
    expect(change(line, wish, [other])).toBe(line.replaceAll("/system/var/log", "/other/var/log"));
  });
});
