import { expect, test } from "bun:test";
import type { Entry, Manifest } from "../model/manifest.ts";
import type { Machine } from "./model-world/build.ts";
import { beginStory, command, letHappen, planFor } from "./model-world/story.ts";

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
