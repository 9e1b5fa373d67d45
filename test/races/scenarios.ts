import { rmSync } from "node:fs";
import type { EntryText, RootText } from "../machine/configuration.ts";
import type { Machine } from "../machine/machine.ts";
import { directory, file, home, store, stored, symlink } from "./arena.ts";
import { type Scenario, times } from "./scenario.ts";

const folder = (index: number) => `${home}/p${index}`;
const bait = (index: number) => `${home}/q${index}`;
const targetPairs = (count: number) => times(count, (i) => [folder(i), bait(i)] as const);
const sourcePairs = (count: number) => times(count, (i) => [stored(folder(i)), stored(bait(i))] as const);
const bothPairs = (count: number) => [...targetPairs(count), ...sourcePairs(count)];
const nothing = () => ({ persistence: {} });
const persist = (keys: RootText, top: Record<string, string | boolean> = {}) => ({
  ...top,
  persistence: { [store]: keys },
});
const directories = (count: number, entry: (path: string) => EntryText) =>
  times(count, (i) => entry(`${folder(i)}/x`));

function lay(
  machine: Machine,
  count: number,
  fill: (index: number, folder: string, decoy: (path: string) => string) => void,
) {
  for (let i = 0; i < count; i += 1) {
    directory(machine, folder(i));
    directory(machine, stored(folder(i)));
    for (const decoy of ["/decoy", "/persist/decoy"]) directory(machine, `${decoy}/p${i}`, { owner: 0 });
    symlink(machine, bait(i), `/decoy/p${i}`);
    symlink(machine, stored(bait(i)), `/persist/decoy/p${i}`);
    fill(i, folder(i), (name) => `/p${i}${name}`);
  }
}
const roots = { owner: 0 };
function decoyDirectory(machine: Machine, i: number, name: string) {
  for (const d of ["/decoy", "/persist/decoy"]) directory(machine, `${d}/p${i}/${name}`, roots);
}
function decoyFile(machine: Machine, i: number, name: string, content = "root's\n") {
  for (const d of ["/decoy", "/persist/decoy"]) file(machine, `${d}/p${i}/${name}`, content, roots);
}

function dirsAt(name = "x") {
  return (machine: Machine, count: number) =>
    lay(machine, count, (i, at) => {
      directory(machine, `${at}/${name}`);
      directory(machine, stored(`${at}/${name}`));
      decoyDirectory(machine, i, name);
    });
}

const mountForth = (count: number) => persist({ directories: directories(count, (path) => path) });
const linkForth = (count: number) => persist({ files: times(count, (i) => `${folder(i)}/f`) });
const prepareLinks = (machine: Machine, count: number) =>
  lay(machine, count, (i, at) => {
    file(machine, stored(`${at}/f`), "stored\n");
  });

export const scenarios: Scenario[] = [
  { name: "mount, unmount", prepare: dirsAt(), forth: mountForth, back: nothing, pairs: targetPairs },
  {
    name: "mount, unmount: sources",
    prepare: dirsAt(),
    forth: mountForth,
    back: nothing,
    pairs: sourcePairs,
  },
  { name: "link, unlink", prepare: prepareLinks, forth: linkForth, back: nothing, pairs: targetPairs },
  {
    name: "link, unlink: sources",
    prepare: prepareLinks,
    forth: linkForth,
    back: nothing,
    pairs: sourcePairs,
  },
  {
    name: "back-up, create, mount, set-aside, put-back (directories)",
    prepare: (m, n) =>
      lay(m, n, (i, at) => {
        file(m, `${at}/x/kept`, "kept\n");
        directory(m, `${at}/x`);
        directory(m, stored(`${at}/x`));
        decoyDirectory(m, i, "x");
      }),
    forth: (n) => persist({ directories: directories(n, (path) => path) }, { backup: true }),
    back: nothing,
    pairs: targetPairs,
  },
  {
    name: "exchange-for-link, put-back (files)",
    prepare: (m, n) =>
      lay(m, n, (i, at) => {
        file(m, `${at}/f`, "other\n");
        file(m, stored(`${at}/f`), "stored\n");
        decoyFile(m, i, "f");
      }),
    forth: (n) => persist({ files: times(n, (i) => `${folder(i)}/f`) }, { backup: true }),
    back: nothing,
    pairs: targetPairs,
  },
  {
    name: "replace-file, unlink-to-copy",
    prepare: (m, n) =>
      lay(m, n, (i, at) => {
        file(m, `${at}/f`, "stored\n");
        file(m, stored(`${at}/f`), "stored\n");
        decoyFile(m, i, "f", "stored\n");
      }),
    forth: linkForth,
    back: nothing,
    pairs: bothPairs,
  },
  {
    name: "create-directory (parents, mount points), remove",
    prepare: (m, n) =>
      lay(m, n, (i, at) => {
        directory(m, stored(`${at}/a/b/x`));
        directory(m, stored(`${at}/a/b`));
        directory(m, stored(`${at}/a`));
        decoyDirectory(m, i, "a");
      }),
    forth: (n) => persist({ directories: times(n, (i) => `${folder(i)}/a/b/x`) }),
    back: nothing,
    pairs: targetPairs,
  },
  {
    name: "create-file, mount (bound files)",
    prepare: (m, n) =>
      lay(m, n, (i, at) => {
        file(m, stored(`${at}/f`), "stored\n");
      }),
    forth: (n) => persist({ files: times(n, (i) => ({ file: `${folder(i)}/f`, method: "bind" })) }),
    back: nothing,
    pairs: targetPairs,
  },
  {
    name: "set-access of parents",
    prepare: (m, n) =>
      lay(m, n, (i, at) => {
        directory(m, `${at}/s`);
        directory(m, stored(`${at}/s`));
        file(m, stored(`${at}/s/f`), "stored\n");
        decoyDirectory(m, i, "s");
      }),
    forth: (n) =>
      persist({
        files: times(n, (i) => ({
          file: `${folder(i)}/s/f`,
          parentDirectory: { mode: "0700", user: "other", group: "other" },
        })),
      }),
    back: (n) =>
      persist({
        files: times(n, (i) => ({
          file: `${folder(i)}/s/f`,
          parentDirectory: { mode: "0755", user: "user", group: "user" },
        })),
      }),
    pairs: bothPairs,
  },
  {
    name: "set-access of sources",
    prepare: (m, n) =>
      lay(m, n, (i, at) => {
        directory(m, stored(`${at}/x`));
        directory(m, `${at}/x`);
        file(m, stored(`${at}/f`), "stored\n");
        decoyDirectory(m, i, "x");
        decoyFile(m, i, "f");
      }),
    forth: (n) =>
      persist({
        directories: times(n, (i) => ({ directory: `${folder(i)}/x`, mode: "0700", user: "other" })),
        files: times(n, (i) => ({ file: `${folder(i)}/f`, mode: "0600", user: "other" })),
      }),
    back: (n) =>
      persist({
        directories: times(n, (i) => ({ directory: `${folder(i)}/x`, mode: "0755", user: "user" })),
        files: times(n, (i) => ({ file: `${folder(i)}/f`, mode: "0644", user: "user" })),
      }),
    pairs: sourcePairs,
  },
  {
    name: "copy-source of directories",
    prepare: (m, n) =>
      lay(m, n, (i, at) => {
        file(m, `${at}/x/sub/kept`, "kept\n");
        directory(m, `${at}/x/sub`);
        directory(m, `${at}/x`);
        decoyFile(m, i, "x/secret");
      }),
    forth: (n) => persist({ directories: directories(n, (path) => path) }, { create_sources: true }),
    back: nothing,
    pairs: bothPairs,
    reset: (m, n) => {
      for (let i = 0; i < n; i += 1)
        rmSync(m.outside(stored(`${folder(i)}/x`)), { recursive: true, force: true });
    },
  },
  {
    name: "copy-source of files",
    prepare: (m, n) =>
      lay(m, n, (i, at) => {
        file(m, `${at}/f`, "kept\n");
        decoyFile(m, i, "f");
      }),
    forth: (n) => persist({ files: times(n, (i) => `${folder(i)}/f`) }, { create_sources: true }),
    back: nothing,
    pairs: bothPairs,
    reset: (m, n) => {
      for (let i = 0; i < n; i += 1) rmSync(m.outside(stored(`${folder(i)}/f`)), { force: true });
    },
  },
  {
    name: "create sources",
    prepare: (m, n) => lay(m, n, () => undefined),
    forth: (n) =>
      persist(
        { directories: directories(n, (path) => path), files: times(n, (i) => `${folder(i)}/a/f`) },
        { create_sources: true },
      ),
    back: nothing,
    pairs: bothPairs,
    reset: (m, n) => {
      for (let i = 0; i < n; i += 1)
        for (const name of ["x", "a"])
          rmSync(m.outside(stored(`${folder(i)}/${name}`)), { recursive: true, force: true });
    },
  },
  {
    name: "replace-mount, replace-link",
    prepare: (m, n) => {
      lay(m, n, (i, at) => {
        for (const s of [store, `${store}/two`]) {
          directory(m, `${s}${at}/x`);
          file(m, `${s}${at}/f`, s);
        }
        directory(m, `${at}/x`);
        decoyDirectory(m, i, "x");
      });
    },
    forth: (n) => ({
      persistence: {
        [store]: { directories: directories(n, (p) => p), files: times(n, (i) => `${folder(i)}/f`) },
      },
    }),
    back: (n) => ({
      persistence: {
        [`${store}/two`]: { directories: directories(n, (p) => p), files: times(n, (i) => `${folder(i)}/f`) },
      },
    }),
    pairs: targetPairs,
  },
  {
    name: "set-mount-options",
    prepare: dirsAt(),
    forth: (n) =>
      persist({ directories: directories(n, (directory) => ({ directory, options: ["ro", "noexec"] })) }),
    back: mountForth,
    pairs: targetPairs,
  },
];
