import { expect, test } from "bun:test";
import type { Entry, Manifest } from "../../src/model/manifest.ts";
import type { Node, PathView } from "../../src/model/observation.ts";
import { makePlan } from "../../src/plan/planner.ts";
import type { Machine } from "./build.ts";
import { beginStory, command, letHappen, planFor, requestFor } from "./story.ts";

/** What chance found once, so that nobody has to wait for it to come again. */

const directory = { kind: "directory" } as const;
const usual = { uid: 0, gid: 0, mode: 0o755 };
const roots: Machine["objects"] = [
  { path: "/p/s", what: directory },
  { path: "/p/t", what: directory },
];

test("a mount of the same file over imp's own is not taken for that when the source changes", () => {
  const story = beginStory({ objects: roots, disks: ["/p"] });
  command(story, manifestOf(boundFile("/p/t", "/a")));
  letHappen(story, { kind: "bind", from: "/a", path: "/a" });
  const { conflicts } = planFor(story, manifestOf(boundFile("/p/s", "/a")));
  expect(conflicts.map(({ message }) => message)).toEqual(["/a is mounted more than once"]);
});

test("a file is not adopted while another entry mounts its source", () => {
  const objects = [
    ...roots,
    { path: "/p/s/c", what: { kind: "symlink", text: "/p/s" }, access: usual } as const,
  ];
  const story = beginStory({ objects, disks: ["/p"] });
  const both = manifestOf(link("/p/s", "/a"), boundFile("/p/s", "/c/a"));
  command(story, both);
  letHappen(story, { kind: "save-over-link", which: 1, bytes: "x" });
  const { conflicts } = planFor(story, both, { adoptReplaced: true });
  expect(conflicts.map(({ message }) => message)).toEqual([
    "/a can't be adopted: its source /p/s/a is mounted at /c/a, which would go on showing the old file",
  ]);
});

test("an entry whose source is where its mount is now is refused", () => {
  const objects = [
    ...roots,
    { path: "/p/s/b", what: directory },
    { path: "/b", what: { kind: "symlink", text: "/p/s/b" }, access: usual } as const,
  ];
  const story = beginStory({ objects, disks: ["/p"] });
  command(story, manifestOf(mounted("/p/t", "/b/b")));
  const { conflicts } = planFor(story, manifestOf(mounted("/p/s", "/b/b")));
  expect(conflicts.map(({ message }) => message)).toEqual([
    "/b/b would be stored inside itself: the way to /p/s/b/b leads through it",
  ]);
});

test("a mount that shows another object than its source is now is made anew, though the paths agree", () => {
  const story = beginStory({ objects: roots, disks: ["/p"] });
  const manifest = manifestOf(mounted("/p/t", "/a"));
  command(story, manifest);
  const request = requestFor(story, manifest);
  expect(makePlan(request).steps).toEqual([]);
  // As a network filesystem does once another machine put a new directory in the place of the old one.
  const node = (view: PathView): Node => {
    const seen = request.observed.node(view);
    const isOld = view.path === "/a" && view.beneath === null && seen.kind === "directory";
    return isOld ? { ...seen, identity: { ...seen.identity, inode: "4711" } } : seen;
  };
  const { steps, findings } = makePlan({ ...request, observed: { ...request.observed, node } });
  expect(steps.map(({ kind }) => kind)).toEqual(["unmount", "mount"]);
  expect(findings.map(({ message }) => message)).toEqual(["what it shows is not what /p/t/a is now"]);
});

test("a mount that shows its source with other owners is made anew", () => {
  const story = beginStory({ objects: roots, disks: ["/p"] });
  const manifest = manifestOf(mounted("/p/t", "/a"));
  command(story, manifest);
  const request = requestFor(story, manifest);
  // As an idmapped mount does.
  const node = (view: PathView): Node => {
    const seen = request.observed.node(view);
    const isMapped = view.path === "/a" && view.beneath === null && seen.kind === "directory";
    return isMapped ? { ...seen, uid: seen.uid + 100_000 } : seen;
  };
  const { steps, findings } = makePlan({ ...request, observed: { ...request.observed, node } });
  expect(steps.map(({ kind }) => kind)).toEqual(["unmount", "mount"]);
  expect(findings.map(({ message }) => message)).toEqual(["its mount shows other owners than /p/t/a has"]);
});

test("a source is refused that only a mount of a deleted directory still shows", () => {
  const story = beginStory({ objects: roots, disks: ["/p"] });
  command(story, manifestOf(link("/p/s", "/a/a"), mounted("/p/s", "/b/a")));
  letHappen(story, { kind: "bind", from: "/b", path: "/p/s/a" });
  command(story, manifestOf());
  const { conflicts } = planFor(story, manifestOf(mounted("/p/s", "/a")));
  expect(conflicts.map(({ message }) => message)).toEqual([
    "/p/s/a lies in a directory that was deleted; only the mount at /p/s/a still shows it",
  ]);
});

test("a source is found through a mount of a directory that comes back from its backup", () => {
  const story = beginStory({ objects: roots, disks: ["/p"] });
  command(story, manifestOf(link("/p/s", "/a/a")));
  letHappen(story, { kind: "bind", from: "/a", path: "/p/s/a" });
  command(story, manifestOf(link("/p/t", "/a")));
  expect(command(story, manifestOf(mounted("/p/s", "/a/a")))).toBe(true);
});

test("an entry whose way leads by another mount over a symlink that is only planned is refused", () => {
  const objects = [
    ...roots,
    { path: "/b", what: { kind: "symlink", text: "/p/t/a" }, access: usual } as const,
  ];
  const story = beginStory({ objects, disks: ["/p"] });
  const wanted = manifestOf(mounted("/p/t", "/a"), link("/p/s", "/a/a"), mounted("/p/s", "/b/a/a"));
  expect(planFor(story, wanted).conflicts.map(({ message }) => message)).toEqual([
    "/b/a/a can't exist: /b/a is a symlink to /p/s/a/a",
  ]);
});

test("an old source is copied from where it is stored while the mount that it was named through is made anew", () => {
  const story = beginStory({ objects: roots, disks: ["/p"] });
  const inside = mounted("/p/t", "/b/a");
  command(story, manifestOf(mounted("/p/t", "/b"), inside, mounted("/b/a", "/a/b")));
  letHappen(story, { kind: "put", object: { path: "/a/b/f", what: { kind: "file", bytes: "x" } } });
  expect(command(story, manifestOf(mounted("/p/s", "/a/b"), inside))).toBe(true);
});

test("a directory is not moved away from another entry's target that lies in it by another mount", () => {
  const story = beginStory({ objects: [...roots, { path: "/p/s/a/b", what: directory }], disks: ["/p"] });
  const both = [mounted("/p/s", "/a"), mounted("/p/t", "/a/b/a")];
  for (const other of [link("/p/s", "/p/s/a/b"), boundFile("/p/s", "/p/s/a/b")]) {
    expect(planFor(story, manifestOf(...both, other)).conflicts.map(({ message }) => message)).toEqual([
      "/p/s/a/b is in the way, and can't be moved: the way to /a/b/a leads through it",
    ]);
  }
});

test("a symlink is not moved away from the way to its own place", () => {
  const objects = [
    ...roots,
    { path: "/p/t/a/a", what: { kind: "symlink", text: "/p/t/a" }, access: usual } as const,
  ];
  const story = beginStory({ objects, disks: ["/p"] });
  const wanted = manifestOf(mounted("/p/t", "/a"), mounted("/p/s", "/a/a/a"));
  expect(planFor(story, wanted).conflicts.map(({ message }) => message)).toEqual([
    "/a/a/a is in the way, and can't be moved: the way to /a/a/a leads through it",
  ]);
});

test("what imp made on a mount that was remounted read-only goes as soon as that is writable again", () => {
  const story = beginStory({ objects: roots, disks: ["/p"] });
  const above = mounted("/p/s", "/a");
  command(story, manifestOf(above, mounted("/p/t", "/a/a")));
  letHappen(story, { kind: "remount", which: 0, options: ["ro", "relatime"] });
  expect(command(story, manifestOf(above))).toBe(true);
});

function manifestOf(...entries: readonly Entry[]): Manifest {
  return { entries };
}

function common(root: string, target: string) {
  return {
    root,
    target,
    source: root + target,
    backup: true,
    createParents: true,
    createSources: true,
  };
}

function mounted(root: string, target: string): Entry {
  return { kind: "directory", ...common(root, target), options: [], hidden: false };
}

function boundFile(root: string, target: string): Entry {
  return { kind: "bound-file", ...common(root, target), options: [], hidden: false };
}

function link(root: string, target: string): Entry {
  return { kind: "linked-file", ...common(root, target) };
}

test("a look does not pass over an older backup of the same target", () => {
  const story = beginStory({ objects: [...roots, { path: "/c/a", what: directory }], disks: ["/p"] });
  command(story, manifestOf(link("/p/t", "/c")), { createSources: "all" });
  letHappen(story, { kind: "save-over-link", which: 0, bytes: "x" });
  command(story, story.active, { createSources: "none" });
  const entry: Entry = { ...mounted("/p/s", "/c"), backup: false };
  command(story, manifestOf(entry), { createSources: "all" });
  // Each plan is held against the one that is made without a look first.
  expect(planFor(story, story.active).notices.map(({ message }) => message)).toEqual([
    "the older backup /c.backup.20250102_030001 stays where it is",
  ]);
});
