import { expect, setDefaultTimeout } from "bun:test";
import { apply, store } from "./machine/configure.ts";
import { isRoot, type Machine, type RunOptions, startMachine } from "./machine/machine.ts";
import { describe, test } from "./machine/on-machine.ts";
import { lacks, need, program } from "./requirement.ts";

/** What docs/files.md says of well-known files: how their programs save, and what that does to a link or a mount. */

/** Enough for a machine that is busy with other things, too. */
setDefaultTimeout(60_000);

/** The shadow suite, and PAM as far as it takes to change a password. */
const accounts = `
  for name in shadow gshadow; do : > /etc/$name; chmod 640 /etc/$name; done
  mkdir -p /etc/pam.d ${store}/etc
  printf '%s\\n' 'auth sufficient pam_permit.so' 'account sufficient pam_permit.so' \\
    'password required pam_unix.so' 'session sufficient pam_permit.so' > /etc/pam.d/chpasswd
  cp -a /etc/passwd /etc/group /etc/shadow /etc/gshadow ${store}/etc
`;
const accountFiles = `files = ["/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow"]`;
const changePassword = ["sh", "-c", "echo user:secret | chpasswd"];

describe.skipIf(lacks(need(isRoot, "root: accounts"), program("useradd"), program("chpasswd")))(
  "the files of accounts",
  () => {
    test("can't be changed by useradd as links, nor as mounts, and stay as they are", async () => {
      for (const [method, reason] of [
        ["symlink", "cannot open /etc/passwd"],
        ["bind", "failure while writing changes to /etc/passwd"],
      ] as const) {
        await using machine = await startMachine();
        await machine.sh(accounts);
        await apply(machine, `method = "${method}"\n${accountFiles}`);
        const { exitCode, stderr } = await machine.run(["useradd", "-M", "eve"]);
        expect(exitCode).toBe(1);
        expect(stderr).toContain(reason);
        expect((await machine.imp("verify")).exitCode).toBe(0);
      }
    });

    test("are changed by useradd in a persisted /etc", async () => {
      await using machine = await startMachine();
      await machine.sh(accounts);
      await apply(machine, `directories = [{ directory = "/etc", create_sources = true }]`);
      await machine.sh("useradd -M eve");
      expect(await machine.sh(`grep ^eve: ${store}/etc/passwd`)).toContain("eve:x:");
    });

    test("a changed password replaces the link to shadow, and is adopted", async () => {
      await using machine = await startMachine();
      await machine.sh(accounts);
      await apply(machine, `files = [{ file = "/etc/shadow", adopt_replaced = true }]`);
      expect((await machine.run(changePassword)).exitCode).toBe(0);
      expect((await machine.imp("verify")).stdout).toContain(
        "a program put a file in the place of its symlink",
      );
      await machine.impOk("restore");
      expect(await machine.sh(`cut -d: -f1 ${store}/etc/shadow`)).toBe("user\n");
      expect(await machine.sh(`stat -c %a ${store}/etc/shadow`)).toBe("640\n");
      expect((await machine.run(changePassword)).exitCode).toBe(0);
      await machine.impOk("restore");
      expect((await machine.imp("verify")).exitCode).toBe(0);
    });

    test("a password can't be changed where shadow is a mount", async () => {
      await using machine = await startMachine();
      await machine.sh(accounts);
      await apply(machine, `files = [{ file = "/etc/shadow", method = "bind" }]`);
      expect((await machine.run(changePassword)).exitCode).not.toBe(0);
    });
  },
);

/** A home with a linked file of this name, which its user owns. */
async function startWithLink(name: string): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  const home = `${store}/home/user`;
  await machine.sh(`mkdir -p ${home} /home/user; : > ${home}/${name}; chmod 600 ${home}/${name}`);
  if (isRoot) await machine.sh(`chown -R user:user ${store}/home /home/user`);
  await apply(machine, `files = ["/home/user/${name}"]`);
  return machine;
}

const atHome: RunOptions = {
  cwd: "/home/user",
  environment: { HOME: "/home/user", TERM: "dumb" },
  ...(isRoot && { user: 1000 }),
};

test("bash writes through a link to its history, when it shortens that too", async () => {
  await using machine = await startWithLink(".bash_history");
  const input = "HISTFILESIZE=2\necho one\necho two\nhistory -w\necho three\nexit\n";
  await machine.run(["bash", "--norc", "-i"], { ...atHome, input });
  expect(await machine.sh(`cat ${store}/home/user/.bash_history`)).toContain("exit");
  expect((await machine.imp("verify")).exitCode).toBe(0);
});

test.skipIf(lacks(program("zsh")))(
  "zsh replaces a link to its history, unless it is told not to",
  async () => {
    const session = (first: string) =>
      `${first}\nHISTFILE=~/.zsh_history HISTSIZE=100 SAVEHIST=100\necho one\nfc -W\nexit\n`;
    await using machine = await startWithLink(".zsh_history");
    await machine.run(["zsh", "-f", "-i"], { ...atHome, input: session("unsetopt HIST_SAVE_BY_COPY") });
    expect((await machine.imp("verify")).exitCode).toBe(0);
    await machine.run(["zsh", "-f", "-i"], { ...atHome, input: session("") });
    expect((await machine.imp("verify")).stdout).toContain("/home/user/.zsh_history: a program put a file");
    await machine.impOk("restore", "--adopt-replaced");
    expect(await machine.sh(`cat ${store}/home/user/.zsh_history`)).toContain("echo one");
  },
);

test.skipIf(lacks(program("ssh-keygen")))("ssh-keygen -A keeps host keys that are linked", async () => {
  await using machine = await startMachine();
  const key = "/etc/ssh/ssh_host_ed25519_key";
  await machine.sh(`mkdir -p ${store}/etc/ssh /etc/ssh; ssh-keygen -q -t ed25519 -N '' -f ${store}${key}`);
  const stored = await machine.read(`${store}${key}`);
  await apply(machine, `files = ["${key}", "${key}.pub"]`);
  await machine.sh("ssh-keygen -A");
  expect(await machine.sh(`cat ${key}`)).toBe(stored);
  expect((await machine.imp("verify")).exitCode).toBe(0);
});

test.skipIf(lacks(program("systemd-machine-id-setup")))(
  "systemd writes a machine-id through a link and into a mount",
  async () => {
    for (const method of ["symlink", "bind"]) {
      await using machine = await startMachine();
      await machine.sh(`mkdir -p ${store}/etc; : > ${store}/etc/machine-id`);
      await apply(machine, `files = [{ file = "/etc/machine-id", method = "${method}" }]`);
      await machine.sh("systemd-machine-id-setup");
      expect(await machine.sh(`cat ${store}/etc/machine-id`)).toMatch(/^[0-9a-f]{32}\n$/);
      expect((await machine.imp("verify")).exitCode).toBe(0);
    }
  },
);

test.skipIf(lacks(program("git")))("git writes through a link", async () => {
  await using machine = await startWithLink(".gitconfig");
  await machine.sh("git config --global user.name Ada", atHome);
  expect((await machine.imp("verify")).exitCode).toBe(0);
});

test.skipIf(lacks(program("vim")))("vim writes through a link", async () => {
  await using machine = await startWithLink(".vimrc");
  await machine.run(["vim", "-es", "-c", "normal ox", "-c", "wq", ".vimrc"], atHome);
  expect((await machine.imp("verify")).exitCode).toBe(0);
});
