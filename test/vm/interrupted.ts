import { configurationText } from "../machine/configuration.ts";
import type { FilesOptions } from "./machine-files.ts";

/**
 * The commands during which the power fails, and what has to be there afterwards. Two generations: the second has
 * another source for `/srv/data`, no `/srv/first`, and more of its own. The image has content at their targets, which
 * the first apply copies into the sources.
 */
export const history: readonly string[] = [
  "imp apply --config /etc/imp/1.toml",
  "imp apply --config /etc/imp/2.toml",
  "imp switch 1",
  "imp rollback",
  "imp delete 1 --force",
  "imp apply --config /etc/imp/1.toml",
];

/** Puts at the targets what the image has there. */
export const imageContent = `
  mkdir -p /srv/data /srv/first /srv/log
  for file in /srv/data/index /srv/first/index /srv/log/index /srv/token /srv/note; do echo image >$file; done
  # Copies are known by their times too.
  find /srv -exec touch --date=@1700000000 {} +
`;

/** As {@link imageContent}: `/srv/token` becomes a source with the same content, and its file is replaced. */
const image = Object.fromEntries(
  ["/srv/data/index", "/srv/first/index", "/srv/log/index", "/srv/token", "/srv/note"].map((path) => [
    path,
    "image\n",
  ]),
);

export const configurations: Readonly<Record<string, string>> = {
  "/etc/imp/1.toml": configurationText({
    state_dir: "/persist/imp",
    create_sources: true,
    persistence: {
      "/persist/system": { directories: ["/srv/data", "/srv/first", "/srv/new/one"], files: ["/srv/token"] },
    },
  }),
  "/etc/imp/2.toml": configurationText({
    state_dir: "/persist/imp",
    create_sources: true,
    persistence: {
      "/persist/other": { directories: ["/srv/data"] },
      "/persist/system": {
        directories: [
          { directory: "/srv/log", options: ["noexec"] },
          { directory: "/srv/new/two", mode: "0700" },
        ],
        files: ["/srv/token", "/srv/note", { file: "/srv/bound", method: "bind" }],
      },
    },
  }),
};

/** A machine on which the commands of the history can be run. */
export const interruptible: FilesOptions = {
  files: { ...image, ...configurations, "/etc/imp/imp.toml": configurations["/etc/imp/1.toml"] ?? "" },
};

/** Prints all that may differ between two generations, in the state, at the targets and in the sources. */
export const picture = `
  imp current | head -1
  imp list | wc -l
  findmnt --raw --noheadings --output=TARGET,FSROOT,OPTIONS | grep '^/srv/' | sort || :
  find /srv -xdev -type l -printf '%p -> %l\\n' | sort
  cd /persist
  find other system -printf '%M %u %p\\n' | sort
  find other system -type f | sort | xargs tail -n +1
`;
