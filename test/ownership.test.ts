import { expect } from "bun:test";
import { apply, configure, state, store } from "./machine/configure.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { describe, test } from "./machine/on-machine.ts";
import { snapshot } from "./machine/snapshot.ts";
import { lacks, need } from "./requirement.ts";

const isSkipped = lacks(need(isRoot, "root: owners other than oneself need several users"));

/** Owner and mode of each path, one line for each: `postgres:postgres 750`. */
async function access(machine: Machine, ...paths: string[]): Promise<string[]> {
  return (await machine.sh(`stat -c '%U:%G %a' ${paths.join(" ")}`)).trimEnd().split("\n");
}

/** The same path at both ends of an entry. */
const bothEnds = (path: string): [string, string] => [path, `${store}${path}`];

describe.skipIf(isSkipped)("the owner and mode of an entry", () => {
  test.each([
    ["an octal mode", `user = "postgres", group = "colord", mode = "0750"`, "postgres:colord 750"],
    [
      "a symbolic mode",
      `user = "postgres", group = "postgres", mode = "u=rwx,g=rx,o="`,
      "postgres:postgres 750",
    ],
    ["a mode that adds and takes", `mode = "g+ws,o-rx"`, "root:root 2770"],
    ["an octal mode with all bits", `mode = "7777"`, "root:root 7777"],
    ["a user alone", `user = "user"`, "user:root 755"],
    ["a group alone", `group = "user"`, "root:user 755"],
    ["numbers", `user = 107, group = "108"`, "colord:postgres 755"],
    ["nothing", "", "root:root 755"],
  ])("take effect on a directory: %s", async (_, keys, expected) => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p -m 0755 ${store}/srv/data`);
    await apply(machine, `directories = [{ directory = "/srv/data"${keys === "" ? "" : `, ${keys}`} }]`);
    expect(await access(machine, ...bothEnds("/srv/data"))).toEqual([expected, expected]);
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test("take effect on files, linked and bound, and on what the links lead to", async () => {
    await using machine = await startMachine();
    await machine.sh(
      `mkdir -p ${store}/srv; touch ${store}/srv/link ${store}/srv/bound; chmod 0755 ${store}/srv/bound`,
    );
    await apply(
      machine,
      `files = [
        { file = "/srv/link", user = "postgres", group = "postgres", mode = "0600" },
        { file = "/srv/bound", method = "bind", user = "colord", mode = "a=rX" },
      ]`,
    );
    expect(await access(machine, ...bothEnds("/srv/bound"), `${store}/srv/link`)).toEqual([
      "colord:root 555",
      "colord:root 555",
      "postgres:postgres 600",
    ]);
    expect(await machine.sh("stat -L -c '%U %a' /srv/link")).toBe("postgres 600\n");
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test("are those of the source for what is made to hold the target", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      mkdir -p ${store}/srv/data; touch ${store}/srv/bound
      chown user:colord ${store}/srv/data ${store}/srv/bound; chmod 0710 ${store}/srv/data; chmod 0604 ${store}/srv/bound
    `);
    await apply(machine, `directories = ["/srv/data"]\nfiles = [{ file = "/srv/bound", method = "bind" }]`);
    await machine.sh("umount /srv/data /srv/bound");
    expect(await access(machine, "/srv/data", "/srv/bound")).toEqual(["user:colord 710", "user:colord 604"]);
  });

  test("of parentDirectory take effect on the directory around it, at both ends, be it new or not", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      cd /persist; mkdir -p store/etc/new store/etc/old store/srv; touch store/etc/new/key store/etc/old/key
      mkdir -p store/srv/old/data store/srv/new/data; mkdir -p /etc/old /srv/old
    `);
    await apply(
      machine,
      `files = [
        { file = "/etc/new/key", parentDirectory = { mode = "u=rwx,g=,o=" } },
        { file = "/etc/old/key", method = "bind", parentDirectory = { user = "postgres", mode = "0711" } },
      ]
      directories = [
        { directory = "/srv/new/data", parentDirectory = { group = "colord", mode = "g+w" } },
        { directory = "/srv/old/data", parentDirectory = { user = "user", group = "user" } },
      ]`,
    );
    const twice = (expected: string) => [expected, expected];
    expect(await access(machine, ...bothEnds("/etc/new"))).toEqual(twice("root:root 700"));
    expect(await access(machine, ...bothEnds("/etc/old"))).toEqual(twice("postgres:root 711"));
    expect(await access(machine, ...bothEnds("/srv/new"))).toEqual(twice("root:colord 775"));
    expect(await access(machine, ...bothEnds("/srv/old"))).toEqual(twice("user:user 755"));
    expect(await access(machine, "/etc", "/srv", `${store}/etc`, store)).toEqual(
      Array(4).fill("root:root 755"),
    );
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test("that somebody changed later are noticed by verify, told in words, and mended by restore", async () => {
    await using machine = await startMachine();
    await machine.sh(
      `mkdir -p ${store}/srv/data ${store}/srv/sub; touch ${store}/srv/note ${store}/srv/sub/key`,
    );
    await apply(
      machine,
      `directories = [{ directory = "/srv/data", user = "postgres", mode = "0750" }]
       files = [
         { file = "/srv/note", group = "colord", mode = "u=rw,go=r" },
         { file = "/srv/sub/key", parentDirectory = { mode = "0700" } },
       ]`,
    );
    const paths = [...bothEnds("/srv/data"), `${store}/srv/note`, ...bothEnds("/srv/sub")];
    const before = await access(machine, ...paths);
    await machine.sh(
      "chown user /srv/data; chmod 0777 /srv/data; chgrp user /srv/note; chmod 0666 /srv/note; chmod 0755 /srv/sub",
    );
    const { exitCode, stdout } = await machine.imp("verify");
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`/srv/data: ${store}/srv/data belongs to 1000:0, not to 108:0\n`);
    expect(stdout).toContain(`  ${store}/srv/data has mode 0777, not 0750\n`);
    expect(stdout).toContain(`/srv/note: ${store}/srv/note belongs to 0:1000, not to 0:107\n`);
    expect(stdout).toContain(`/srv/sub/key: /srv/sub has mode 0755, not 0700\n`);
    expect(stdout).toContain("Generation 1: 3 of 3 entries differ\n");

    await machine.impOk("restore");
    expect(await access(machine, ...paths)).toEqual(before);
    expect(await machine.impOk("verify")).toBe("Generation 1: 3 entries verified\n");
  });

  test("that nobody asked for are nobody's business: verify says nothing of them, and restore leaves them", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p ${store}/srv/data; touch ${store}/srv/note`);
    await apply(machine, `directories = [{ directory = "/srv/data", mode = "o=" }]\nfiles = ["/srv/note"]`);
    await machine.sh("chown user:colord /srv/data /srv/note; chmod 0710 /srv/data; chmod 0600 /srv/note");
    expect((await machine.imp("verify")).exitCode).toBe(0);
    await machine.impOk("restore");
    expect(await access(machine, "/srv/data", `${store}/srv/note`)).toEqual([
      "user:colord 710",
      "user:colord 600",
    ]);
  });

  test("come back as they were if the command fails later", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      mkdir -p ${store}/srv/data ${store}/zzz/sub /zzz; touch ${store}/zzz/sub/note ${store}/srv/file; chmod 4755 ${store}/srv/file
      mkdir ${state}; mount -t tmpfs -o nr_inodes=1 zzz /zzz
    `);
    await configure(
      machine,
      `directories = [{ directory = "/srv/data", user = "postgres", mode = "0700", parentDirectory = { mode = "0711" } }]
       files = [{ file = "/srv/file", user = "user", mode = "0600" }, "/zzz/sub/note"]`,
    );
    const before = await snapshot(machine);
    const { exitCode, stderr } = await machine.imp("apply");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("No space left on device");
    expect(await snapshot(machine)).toBe(before);
  });

  test("of a file with several names are not changed: that would change it in places that nobody named", async () => {
    await using machine = await startMachine();
    await machine.sh(
      `mkdir -p ${store}/srv; cd ${store}/srv; touch link bound fine; ln link elsewhere; ln bound elsewhere.too; ln fine fine.too`,
    );
    await configure(
      machine,
      `files = [
        { file = "/srv/link", user = "user" },
        { file = "/srv/bound", method = "bind", mode = "0600" },
        { file = "/srv/fine", user = "root", mode = "0644" },
      ]`,
    );
    const before = await snapshot(machine);
    const { exitCode, stderr } = await machine.imp("apply");
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `error: ${store}/srv/link has 2 hard links: changing its owner or mode would change it in other places too`,
    );
    expect(stderr).toContain(`error: ${store}/srv/bound has 2 hard links`);
    expect(stderr).not.toContain("/srv/fine has");
    expect(await snapshot(machine)).toBe(before);
  });
});

describe.skipIf(isSkipped)("directories on the way to a target", () => {
  test("belong to the owner of the home that they are made in", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      install -d -o user -g user -m 0700 /home/user
      mkdir -p /persist/dotfiles; touch /persist/dotfiles/init.lua
      mkdir -p ${store}/home/user/.config/nvim ${store}/home/user/.local/share/app; touch ${store}/home/user/.local/share/note
      chown -R user:user ${store}/home/user
    `);
    await apply(
      machine,
      `directories = ["/home/user/.config/nvim", "/home/user/.local/share/app"]\nfiles = ["/home/user/.local/share/note"]`,
    );
    expect(await machine.sh("find /home/user -not -user user -not -type l")).toBe("");
    await machine.sh("touch .config/mine .local/mine .local/share/mine", { user: 1000, cwd: "/home/user" });
  });

  test("take owner and mode from their counterpart in the store, and there from the one at the target", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      install -d -o postgres -g colord -m 0710 ${store} ${store}/srv ${store}/srv/one; mkdir ${store}/srv/one/data
      install -d -o colord -g user -m 2751 /opt/two; mkdir /opt/two/data; echo kept > /opt/two/data/file
    `);
    await apply(
      machine,
      `directories = ["/srv/one/data", { directory = "/opt/two/data", create_sources = true }]`,
    );
    expect(await access(machine, "/srv/one", "/srv")).toEqual(["postgres:colord 710", "postgres:colord 710"]);
    expect(await access(machine, `${store}/opt/two`)).toEqual(["colord:user 2751"]);
  });

  test("are owned by the nearest directory's owner where there is no counterpart", async () => {
    await using machine = await startMachine();
    await machine.sh(
      `install -d -o user -g user -m 0750 /home/user; install -d -o colord -g colord ${store}`,
    );
    await apply(
      machine,
      `create_sources = true\nfiles = ["/home/user/.config/app/settings"]\ndirectories = ["/home/user/.cache"]`,
    );
    expect(
      await access(machine, "/home/user/.config", "/home/user/.config/app", "/home/user/.cache"),
    ).toEqual([
      expect.stringMatching(/^user:user /),
      expect.stringMatching(/^user:user /),
      expect.stringMatching(/^user:user /),
    ]);
    expect(await access(machine, `${store}/home/user/.config/app/settings`)).toEqual([
      expect.stringMatching(/^user:user /),
    ]);
  });
});

describe("sources that are missing", () => {
  /** Content of all sorts: owners, modes, times, hard links, symlinks, a FIFO, a sparse file, names with blanks. */
  const content = `
    mkdir -p ${store} /srv/data/sub; cd /srv/data
    echo one > one; ln one same; ln -s one link; ln -s /nowhere dangling; mkfifo -m 0620 pipe; echo two > "sub/t w o"
    truncate -s 8M sparse; echo end >> sparse; chmod 0751 sub; chmod 0640 one; chmod 0700 .
    touch -d '2001-02-03 04:05:06.789' one sub/*; touch -h -d '2002-02-02 02:02:02' link; touch -d '2003-03-03 03:03:03' sub
    ${isRoot ? 'chown postgres:colord one "sub/t w o"; chown -h user link; chown user:user sub .; chmod 4711 "sub/t w o"' : ""}
  `;

  const describeTree = (directory: string) =>
    `cd ${directory}; find . -printf '%p %y %m %U:%G %n %T@ %s %l\\n' | grep -v '^\\. ' | sort; find . -type f -exec cksum {} + | sort
     stat -c '%a %u:%g' .; stat -c %i one same | uniq | wc -l`;

  test.each([
    ["with create_sources", `directories = [{ directory = "/srv/data", create_sources = true }]`, []],
    ["with --skip-validation", `directories = ["/srv/data"]`, ["--skip-validation"]],
  ])(
    "%s: a directory is copied with all that is in it, and the original stays beneath",
    async (_, entries, words) => {
      await using machine = await startMachine();
      await machine.sh(content);
      // A directory has the size that its filesystem gives it.
      const tree = (text: string) => text.replace(/^(.* d .*) \d+ $/gm, "$1");
      const before = tree(await machine.sh(describeTree("/srv/data")));
      await configure(machine, entries);
      const { stderr, exitCode } = await machine.imp("apply", ...words);
      expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
      expect(tree(await machine.sh(describeTree(`${store}/srv/data`)))).toBe(before);
      expect(tree(await machine.sh(describeTree("/srv/data")))).toBe(before);
      expect(Number(await machine.sh(`stat -c %b ${store}/srv/data/sparse`))).toBeLessThan(100);
      await machine.sh("echo changed > /srv/data/one");

      await configure(machine, "");
      await machine.impOk("apply");
      expect(tree(await machine.sh(describeTree("/srv/data")))).toBe(before);
      expect(await machine.sh(`cat ${store}/srv/data/same`)).toBe("changed\n");
    },
  );

  test("without either are refused, and nothing is copied", async () => {
    await using machine = await startMachine();
    await machine.sh(content);
    await configure(machine, `directories = ["/srv/data"]`);
    const before = await snapshot(machine);
    expect((await machine.imp("apply")).exitCode).toBe(1);
    expect(await snapshot(machine)).toBe(before);
  });

  test("are copied once: the next apply finds them, whatever the target holds by then", async () => {
    await using machine = await startMachine();
    await machine.sh(content);
    await configure(machine, `directories = [{ directory = "/srv/data", create_sources = true }]`);
    await machine.impOk("apply");
    await machine.sh("umount /srv/data; echo other > /srv/data/other");
    await machine.impOk("apply");
    expect(await machine.sh(`ls ${store}/srv/data | grep other || true`)).toBe("");
  });

  test("of files take a copy of the file at the target, whose place the link or mount then takes", async () => {
    await using machine = await startMachine();
    await machine.sh(`
      mkdir -p ${store} /srv; echo link > /srv/link; echo bound > /srv/bound; chmod 0640 /srv/link /srv/bound
      ${isRoot ? "chown postgres:colord /srv/link /srv/bound" : ""}
    `);
    const before = await machine.sh("stat -c '%a %u:%g %Y %s' /srv/link /srv/bound");
    await apply(
      machine,
      `create_sources = true\nfiles = ["/srv/link", { file = "/srv/bound", method = "bind" }]`,
    );
    expect(await machine.sh(`stat -c '%a %u:%g %Y %s' ${store}/srv/link ${store}/srv/bound`)).toBe(before);
    expect(await machine.sh("readlink /srv/link; cat /srv/link /srv/bound")).toBe(
      `${store}/srv/link\nlink\nbound\n`,
    );
    expect((await machine.imp("verify")).exitCode).toBe(0);
    await apply(machine, "");
    expect(await machine.sh("stat -c %F /srv/link /srv/bound; cat /srv/link /srv/bound")).toBe(
      "regular file\nregular file\nlink\nbound\n",
    );
  });

  test("of targets that are missing too are made empty", async () => {
    await using machine = await startMachine();
    await machine.sh(`mkdir -p ${store}`);
    await apply(
      machine,
      `create_sources = true
       directories = ["/srv/data", { directory = "/srv/own", mode = "0700" }]
       files = ["/srv/note", { file = "/srv/key", mode = "0600" }]`,
    );
    expect(await machine.sh(`cd ${store}/srv; stat -c '%n %F %a' data own note key`)).toBe(
      "data directory 755\nown directory 700\nnote regular empty file 644\nkey regular empty file 600\n",
    );
    expect((await machine.imp("verify")).exitCode).toBe(0);
    await apply(machine, "");
    expect(await machine.sh(`ls ${store}/srv`)).toBe("data\nkey\nnote\nown\n");
  });

  test.skipIf(isSkipped)(
    "get the owner and mode that the entry asks for, and their content keeps its own",
    async () => {
      await using machine = await startMachine();
      await machine.sh(content);
      await apply(
        machine,
        `directories = [{ directory = "/srv/data", create_sources = true, user = "colord", mode = "0750" }]`,
      );
      expect(await access(machine, "/srv/data", `${store}/srv/data/one`)).toEqual([
        "colord:user 750",
        "postgres:colord 640",
      ]);
      await machine.sh("umount /srv/data");
      expect(await access(machine, "/srv/data")).toEqual(["user:user 700"]);
    },
  );

  test("leave nothing behind if the command fails later", async () => {
    await using machine = await startMachine();
    await machine.sh(
      `${content}\nmkdir -p ${state} ${store}/zzz /zzz; touch ${store}/zzz/note; mount -t tmpfs -o nr_inodes=1 zzz /zzz`,
    );
    await configure(
      machine,
      `files = ["/zzz/note"]\ndirectories = [{ directory = "/srv/data", create_sources = true }]`,
    );
    const before = await snapshot(machine);
    const { exitCode, stderr } = await machine.imp("apply");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("No space left on device");
    expect(await snapshot(machine)).toBe(before);
  });
});
