import type { Machine } from "../machine/machine.ts";
import { directory, file, store } from "./arena.ts";
import {
  atBoth,
  atSources,
  atTargets,
  decoyDirectory,
  decoyFile,
  entriesAt,
  folder,
  layOut,
  nothing,
  persisting,
  removeSources,
} from "./layout.ts";
import { type Scenario, times } from "./scenario.ts";

/** Directories on the way are exchanged for symlinks to what is root's: every kind of step in turn. */

const directoriesAt = entriesAt("x");
const filesAt = entriesAt("f");
const mounts = (entries: number) => persisting({ directories: directoriesAt(entries) });
const links = (entries: number) => persisting({ files: filesAt(entries) });

function prepareMounts(machine: Machine, entries: number): void {
  layOut(machine, entries, (entry, target, source) => {
    directory(machine, `${target}/x`);
    directory(machine, `${source}/x`);
    decoyDirectory(machine, entry, "x");
  });
}

function prepareLinks(machine: Machine, entries: number): void {
  layOut(machine, entries, (_entry, _target, source) => file(machine, `${source}/f`, "stored\n"));
}

/** Owner and mode of parents, sources and their parents. */
const owned = (user: string, mode: string) => (entries: number) =>
  persisting({
    directories: times(entries, (entry) => ({ directory: `${folder(entry)}/x`, user, mode: `0${mode}5` })),
    files: times(entries, (entry) => ({
      file: `${folder(entry)}/s/f`,
      user,
      mode: `0${mode}4`,
      parentDirectory: { user, mode: `0${mode}5` },
    })),
  });

export const scenarios: readonly Scenario[] = [
  {
    name: "mount and unmount, targets",
    prepare: prepareMounts,
    forth: mounts,
    back: nothing,
    attack: (entries) => ({ pairs: atTargets(entries) }),
  },
  {
    name: "mount and unmount, sources",
    prepare: prepareMounts,
    forth: mounts,
    back: nothing,
    attack: (entries) => ({ pairs: atSources(entries) }),
  },
  {
    name: "mount and unmount, behind /home → /var/home",
    async prepare(machine, entries) {
      await machine.sh("mkdir -p /var; mv /home /var/home; ln -s var/home /home");
      prepareMounts(machine, entries);
    },
    forth: mounts,
    back: nothing,
    attack: (entries) => ({ pairs: atBoth(entries) }),
  },
  {
    name: "link and unlink",
    prepare: prepareLinks,
    forth: links,
    back: nothing,
    attack: (entries) => ({ pairs: atBoth(entries) }),
  },
  {
    name: "backup of directories, set aside, put back",
    prepare(machine, entries) {
      layOut(machine, entries, (entry, target, source) => {
        file(machine, `${target}/x/kept`, "kept\n");
        directory(machine, `${target}/x`);
        directory(machine, `${source}/x`);
        decoyDirectory(machine, entry, "x");
      });
    },
    forth: (entries) => persisting({ directories: directoriesAt(entries) }, { backup: true }),
    back: nothing,
    attack: (entries) => ({ pairs: atTargets(entries) }),
  },
  {
    name: "backup of files, put back",
    prepare(machine, entries) {
      layOut(machine, entries, (entry, target, source) => {
        file(machine, `${target}/f`, "in the way\n");
        file(machine, `${source}/f`, "stored\n");
        decoyFile(machine, entry, "f");
      });
    },
    forth: (entries) => persisting({ files: filesAt(entries) }, { backup: true }),
    back: nothing,
    attack: (entries) => ({ pairs: atTargets(entries) }),
  },
  {
    name: "files that equal their sources",
    prepare(machine, entries) {
      layOut(machine, entries, (entry, target, source) => {
        file(machine, `${target}/f`, "same\n");
        file(machine, `${source}/f`, "same\n");
        decoyFile(machine, entry, "f", "same\n");
      });
    },
    forth: links,
    back: nothing,
    attack: (entries) => ({ pairs: atBoth(entries) }),
  },
  {
    name: "mkdir of parents and mount points",
    prepare(machine, entries) {
      layOut(machine, entries, (entry, _target, source) => {
        for (const path of ["a/b/x", "a/b", "a"]) directory(machine, `${source}/${path}`);
        decoyDirectory(machine, entry, "a");
      });
    },
    forth: (entries) => persisting({ directories: entriesAt("a/b/x")(entries) }),
    back: nothing,
    attack: (entries) => ({ pairs: atTargets(entries) }),
  },
  {
    name: "bound files",
    prepare: prepareLinks,
    forth: (entries) =>
      persisting({ files: entriesAt("f", (path) => ({ file: path, method: "bind" }))(entries) }),
    back: nothing,
    attack: (entries) => ({ pairs: atBoth(entries) }),
  },
  {
    name: "chown and chmod",
    prepare(machine, entries) {
      layOut(machine, entries, (entry, target, source) => {
        for (const place of [target, source])
          for (const name of ["x", "s"]) directory(machine, `${place}/${name}`);
        file(machine, `${source}/s/f`, "stored\n");
        decoyDirectory(machine, entry, "x");
        decoyFile(machine, entry, "s/f");
      });
    },
    forth: owned("other", "70"),
    back: owned("user", "75"),
    attack: (entries) => ({ pairs: atBoth(entries) }),
  },
  {
    name: "copy of directories into new sources",
    prepare(machine, entries) {
      layOut(machine, entries, (entry, target) => {
        file(machine, `${target}/x/sub/kept`, "kept\n");
        for (const path of ["x/sub", "x"]) directory(machine, `${target}/${path}`);
        decoyFile(machine, entry, "x/secret");
      });
    },
    forth: (entries) => persisting({ directories: directoriesAt(entries) }, { create_sources: true }),
    back: nothing,
    attack: (entries) => ({ pairs: atBoth(entries) }),
    reset: removeSources("x"),
  },
  {
    name: "copy of files into new sources",
    prepare(machine, entries) {
      layOut(machine, entries, (entry, target) => {
        file(machine, `${target}/f`, "kept\n");
        decoyFile(machine, entry, "f");
      });
    },
    forth: (entries) => persisting({ files: filesAt(entries) }, { create_sources: true }),
    back: nothing,
    attack: (entries) => ({ pairs: atBoth(entries) }),
    reset: removeSources("f"),
  },
  {
    name: "new and empty sources",
    prepare: (machine, entries) => layOut(machine, entries, () => undefined),
    forth: (entries) =>
      persisting(
        { directories: directoriesAt(entries), files: entriesAt("a/f")(entries) },
        { create_sources: true },
      ),
    back: nothing,
    attack: (entries) => ({ pairs: atBoth(entries) }),
    reset: removeSources("x", "a"),
  },
  {
    name: "other sources for mounts and links",
    prepare(machine, entries) {
      layOut(machine, entries, (entry, target) => {
        directory(machine, `${target}/x`);
        for (const place of [store, `${store}/two`]) {
          directory(machine, `${place}${target}/x`);
          file(machine, `${place}${target}/f`, place);
        }
        decoyDirectory(machine, entry, "x");
      });
    },
    forth: (entries) => persisting({ directories: directoriesAt(entries), files: filesAt(entries) }),
    back: (entries) => ({
      persistence: { [`${store}/two`]: { directories: directoriesAt(entries), files: filesAt(entries) } },
    }),
    attack: (entries) => ({ pairs: atTargets(entries) }),
  },
  {
    name: "other mount options",
    prepare: prepareMounts,
    forth: (entries) =>
      persisting({
        directories: entriesAt("x", (path) => ({ directory: path, options: ["ro", "noexec"] }))(entries),
      }),
    back: mounts,
    attack: (entries) => ({ pairs: atTargets(entries) }),
  },
];
