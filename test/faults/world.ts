import { configurationText } from "../machine/configuration.ts";

/**
 * The little system that the faults strike: an old configuration, a new one that differs from it in every way that an
 * entry can, and what stands around them.
 */

export const stateDirectory = "/persist/imp";
export const configPath = "/persist/imp.toml";
const system = "/persist/system";
const other = "/persist/other";

/** The folders that imp changes something in, state and persistence roots included. */
export const folders = ["/etc/app", "/srv", "/var/log", "/var/lib", "/var/cache", "/persist"] as const;

/** Mounted from the same source in both configurations: nothing may mount them anew. */
export const steadyTargets = [
  "/srv/steady",
  "/srv/reopened",
  "/srv/reopened/inner",
  "/var/log",
  "/var/lib/owned",
];

/** What a killed command may leave of copies whose originals a reboot threw away. */
export const rescuedCopies = [
  "/persist/system/var/cache",
  "/persist/system/etc/app/copied",
  "/persist/system/etc/app/adopted",
];

export const oldConfiguration = configurationText({
  state_dir: stateDirectory,
  persistence: {
    [system]: {
      directories: [
        "/srv/steady",
        "/srv/moved",
        "/srv/moved/inner",
        "/srv/reopened",
        "/srv/reopened/inner",
        "/srv/removed",
        { directory: "/srv/held", backup: true },
        "/srv/kind",
        { directory: "/var/lib/owned", user: "root", mode: "0700" },
        "/var/log",
      ],
      files: [
        "/etc/app/steady",
        "/etc/app/adopted",
        "/etc/app/moved",
        "/etc/app/same",
        { file: "/etc/app/held", backup: true },
        "/etc/app/kind",
        { file: "/etc/app/bound", method: "bind" },
        { file: "/etc/app/bound-moved", method: "bind" },
        "/etc/app/method",
      ],
    },
  },
});

export const newConfiguration = configurationText({
  state_dir: stateDirectory,
  persistence: {
    [system]: {
      directories: [
        "/srv/steady",
        "/srv/moved/inner",
        { directory: "/srv/reopened", options: ["ro", "noexec"] },
        "/srv/reopened/inner",
        { directory: "/var/lib/owned", user: "user", group: "user", mode: "0750" },
        "/var/log",
        { directory: "/var/cache/copied", create_sources: true },
        { directory: "/var/cache/empty/deep", create_sources: true },
        { directory: "/srv/new", backup: true },
        { directory: "/srv/hollow", backup: true },
      ],
      files: [
        "/etc/app/steady",
        "/etc/app/adopted",
        "/etc/app/identical",
        { file: "/etc/app/new", backup: true },
        { file: "/etc/app/copied", create_sources: true },
        { file: "/etc/app/added/bound", method: "bind" },
        { file: "/etc/app/hollow", method: "bind", backup: true },
        { file: "/etc/app/method", method: "bind" },
      ],
    },
    [other]: {
      hideMounts: true,
      directories: ["/srv/moved", "/etc/app/kind"],
      files: ["/etc/app/moved", "/srv/kind", { file: "/etc/app/bound-moved", method: "bind" }],
    },
  },
});

/** Everything that is on the persistent filesystem before imp comes. */
export const storedBefore = `
  cd /persist
  mkdir -p system/srv/steady system/srv/moved/inner system/srv/reopened/inner system/srv/removed system/srv/held
  mkdir -p system/srv/kind system/srv/new system/srv/hollow system/var/lib/owned system/var/log system/etc/app/added
  mkdir -p other/srv/moved/inner other/etc/app/kind
  chmod 0700 system/var/lib/owned
  for name in srv/steady/a srv/moved/a srv/moved/inner/a srv/reopened/a srv/reopened/inner/a srv/removed/a \
    srv/held/a srv/kind/a srv/new/a var/lib/owned/a var/log/a etc/app/steady etc/app/adopted etc/app/moved etc/app/same \
    etc/app/held etc/app/kind etc/app/bound etc/app/bound-moved etc/app/method etc/app/identical etc/app/new \
    etc/app/added/bound etc/app/hollow srv/hollow/a; do echo "system's $name" > system/$name; done
  for name in srv/moved/a etc/app/moved etc/app/kind/a srv/kind etc/app/bound-moved; do
    echo "other's $name" > other/$name
  done
`;

/** What stands on the machine's root before the first generation: it is in the way of some entries. */
export const rootBefore = `
  mkdir -p /etc/app /srv/held /srv/steady
  echo "in the way, and kept" > /srv/held/precious
  echo "in the way, and kept" > /etc/app/held
  echo "system's etc/app/same" > /etc/app/same
`;

/** What comes to stand there before the second one: it is in the way of the new entries, or is to be copied. */
export const rootBetween = `
  mkdir -p /srv/new /var/cache/copied/folder /var/cache/copied/private
  echo "in the way, and kept" > /srv/new/precious
  echo "in the way, and kept" > /etc/app/new
  : > /srv/hollow
  : > /etc/app/hollow
  echo "system's etc/app/identical" > /etc/app/identical
  echo "the machine's own" > /etc/app/copied
  chmod 0640 /etc/app/copied
  chown user:user /etc/app/copied
  cd /var/cache/copied
  echo one > folder/one
  ln folder/one folder/linked
  ln -s folder/one link
  mkfifo fifo
  truncate -s 200000 sparse
  echo end >> sparse
  echo private > private/secret
  chmod 0700 private
  chown -R user:user private
  setfattr -n trusted.note -v text folder/one
`;

const rootFolders = folders.filter((folder) => folder !== "/persist").join(" ");

/** In one go, what is mounted inside first. */
const unmountAll = `
  awk '$5 ~ "^/(etc/app|srv|var|persist/)" { print $5 }' /proc/self/mountinfo | sort -r | xargs -r umount -l
`;

/** Gives every file a time long ago, so that the ones that a command makes stand out. */
export const ageFiles = `
  find ${folders.join(" ")} -path ${stateDirectory} -prune -o -exec touch -h -d '2020-02-02 02:02:02' {} + 2>/dev/null ||
    true
`;

/** Shell: a program saves its file, over imp's symlink. */
export const programSaves = `
  echo "the program's own" > /etc/app/adopted.new
  chmod 0640 /etc/app/adopted.new
  mv /etc/app/adopted.new /etc/app/adopted
  ${ageFiles}
`;

/** Shell: leaves only what a boot finds, and something that stands in nobody's way. */
export const throwRootAway = `
  cd /
  ${unmountAll}
  rm -rf ${rootFolders}
  mkdir -p /etc/app /srv/steady
  echo "in the way of nothing" > /srv/steady/hidden
  ${ageFiles}
`;

/** Shell: leaves the machine as it was when it came to be. */
export const clearMachine = `
  ${unmountAll}
  rm -rf ${rootFolders} /persist/*
  mkdir -p /var/lib
`;
