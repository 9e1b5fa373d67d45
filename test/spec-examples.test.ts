import { expect } from "bun:test";
import { lstatSync, readlinkSync } from "node:fs";
import { isRoot, type Machine, type RunOptions, startMachine } from "./machine/machine.ts";
import { mountAt } from "./machine/mount-table.ts";
import { afterAll, beforeAll, describe, test } from "./machine/on-machine.ts";
import { lacks, need, program } from "./requirement.ts";

/** The configurations and command lines of imp's README, as printed there. */

const quickStart = `# Optional: Specify where to store generation metadata
# Defaults to ~/.local/share/imp
state_dir = "/home/user/.local/share/imp"

# Define persistence directories using NixOS impermanence-style syntax
[persistence."/mnt/persist/system"]
directories = [
    "/var/log",
    "/var/lib/nixos",
    # You can also specify permissions, user, and group
    { directory = "/var/lib/colord", user = "colord", group = "colord", mode = "u=rwx,g=rx,o=" },
]
files = [
    "/etc/machine-id",
    # Files can specify parent directory permissions
    { file = "/etc/nix/id_rsa", parentDirectory = { mode = "u=rwx,g=,o=" } },
]

# You can have multiple persistence directories
[persistence."/mnt/persist/home"]
directories = [
    "/home/user/.config/nvim",
    "/home/user/.mozilla",
]
files = [
    "/home/user/.zsh_history",
    "/home/user/.gitconfig",
]
`;

const configurationFormat = `# Optional: Override the default state directory
state_dir = "/path/to/state"

# Define persistence directories
# The key is the persistence directory path (where files are actually stored)
# The value contains lists of directories and files to symlink
[persistence."/mnt/persist/system"]
hideMounts = true                    # Optional: Whether to hide mounts (default: false)

# Directories to symlink - can be simple strings or detailed objects
directories = [
    "/var/log",                      # Simple: just the target path
    "/var/lib/nixos",

    # Detailed: with permissions and ownership
    { directory = "/var/lib/colord", user = "colord", group = "colord", mode = "u=rwx,g=rx,o=" },
]

# Files to symlink - can be simple strings or detailed objects
files = [
    "/etc/machine-id",               # Simple: just the target path

    # Detailed: with parent directory permissions
    { file = "/etc/nix/id_rsa", parentDirectory = { mode = "u=rwx,g=,o=" } },
]
`;

const dotfiles = `[persistence."/home/user/dotfiles"]
files = [
    "/home/user/.vimrc",
    "/home/user/.bashrc",
    "/home/user/.gitconfig",
]
`;

const configDirectories = `[persistence."/home/user/dotfiles"]
directories = [
    "/home/user/.config/nvim",
    "/home/user/.config/alacritty",
    "/home/user/.config/kitty",
]
`;

const applicationData = `[persistence."/mnt/persist/app-data"]
directories = [
    "/var/lib/app-with-database",  # Bind mount prevents "readonly database" errors
    "/home/user/.local/share/app",
]
`;

const impermanence = `state_dir = "/persist/imp"

# System-wide persistence
[persistence."/mnt/persist/system"]
hideMounts = true
directories = [
    "/var/log",
    "/var/lib/bluetooth",
    "/var/lib/nixos",
    "/var/lib/systemd/coredump",
    "/etc/NetworkManager/system-connections",
]
files = [
    "/etc/machine-id",
]

# Home directory persistence
[persistence."/mnt/persist/home"]
directories = [
    "/home/user/.ssh",
    "/home/user/.gnupg",
    "/home/user/.config",
    "/home/user/.mozilla",
]
files = [
    "/home/user/.zsh_history",
    "/home/user/.bash_history",
]
`;

const customPermissions = `[persistence."/mnt/persist/system"]
directories = [
    # Simple entries
    "/var/log",
    "/var/lib/nixos",

    # With custom ownership and permissions
    { directory = "/var/lib/colord", user = "colord", group = "colord", mode = "u=rwx,g=rx,o=" },
    { directory = "/var/lib/postgresql", user = "postgres", group = "postgres", mode = "u=rwx,g=,o=" },
]
files = [
    "/etc/machine-id",

    # With parent directory permissions
    { file = "/etc/ssh/ssh_host_rsa_key", parentDirectory = { mode = "u=rwx,g=,o=" } },
]
`;

/** The tests below change owners, and work as somebody else than root. */
const isSkipped = lacks(need(isRoot, "root: the README's examples speak of several users"));

/** Sources of directories hold a file with their own path in it; sources of files hold that path. */
async function startWithSources(sources: {
  readonly directories?: readonly string[];
  readonly files?: readonly string[];
}): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  await machine.sh(`
    install -d -o user -g user -m 0700 /home/user
    for path in ${(sources.directories ?? []).join(" ")}; do mkdir -p $path; echo $path > $path/here; done
    for path in ${(sources.files ?? []).join(" ")}; do mkdir -p \${path%/*}; echo $path > $path; done
    for home in /mnt/persist/home/home/user /home/user/dotfiles /mnt/persist/app-data/home/user; do
      [ ! -e $home ] || chown -R user:user $home
    done
  `);
  return machine;
}

/** As `sudo` runs a command for the user. */
const sudo = { cwd: "/home/user", environment: { SUDO_UID: "1000", SUDO_GID: "1000", SUDO_USER: "user" } };
const asUser = { cwd: "/home/user", environment: { HOME: "/home/user" }, user: 1000 };

/** Runs a command line as it stands in the README, and throws if it fails. Returns what it printed. */
function type(machine: Machine, line: string): Promise<string> {
  const options: RunOptions = line.startsWith("sudo ") ? sudo : asUser;
  const command = line.replace(/^sudo /, "").replace(/^imp /, "/imp/imp ");
  return machine.sh(command, options);
}

async function applyAsUser(machine: Machine, configuration: string): Promise<void> {
  await machine.write("/home/user/imp.toml", configuration);
  await machine.sh("chown user:user /home/user/imp.toml");
  await type(machine, "sudo imp apply");
  expect(await type(machine, "sudo imp verify")).toContain("verified");
}

async function startWithApplicationData(): Promise<Machine & AsyncDisposable> {
  const directories = ["/var/lib/app-with-database", "/home/user/.local/share/app"];
  const machine = await startWithSources({ directories: below("/mnt/persist/app-data", ...directories) });
  await applyAsUser(machine, applicationData);
  return machine;
}

async function expectMounted(machine: Machine, root: string, ...targets: string[]): Promise<void> {
  for (const target of targets) {
    await mountAt(machine, target);
    expect(await machine.sh(`cat ${target}/here`)).toBe(`${root}${target}\n`);
    expect(lstatSync(machine.outside(target)).ino).toBe(lstatSync(machine.outside(`${root}${target}`)).ino);
  }
}

async function expectLinked(machine: Machine, root: string, ...targets: string[]): Promise<void> {
  for (const target of targets) {
    expect(readlinkSync(machine.outside(target))).toBe(`${root}${target}`);
    expect(await machine.sh(`cat ${target}`)).toBe(`${root}${target}\n`);
  }
}

const owners = (machine: Machine, ...paths: string[]) =>
  machine.sh(`stat -c '%n %U:%G %a' ${paths.join(" ")}`);

function below(root: string, ...targets: string[]): string[] {
  return targets.map((target) => `${root}${target}`);
}

const system = "/mnt/persist/system";
const home = "/mnt/persist/home";

describe.skipIf(isSkipped)("the README's configuration", () => {
  test("of the quick start: directories are mounted, files are linked, owners and modes are set", async () => {
    const directories = ["/var/log", "/var/lib/nixos", "/var/lib/colord"];
    const files = ["/etc/machine-id", "/etc/nix/id_rsa"];
    const homeDirectories = ["/home/user/.config/nvim", "/home/user/.mozilla"];
    const homeFiles = ["/home/user/.zsh_history", "/home/user/.gitconfig"];
    await using machine = await startWithSources({
      directories: [...below(system, ...directories), ...below(home, ...homeDirectories)],
      files: [...below(system, ...files), ...below(home, ...homeFiles)],
    });
    await applyAsUser(machine, quickStart);
    await expectMounted(machine, system, ...directories);
    await expectMounted(machine, home, ...homeDirectories);
    await expectLinked(machine, system, ...files);
    await expectLinked(machine, home, ...homeFiles);
    expect(await owners(machine, "/var/lib/colord", `${system}/var/lib/colord`, "/etc/nix")).toBe(
      `/var/lib/colord colord:colord 750\n${system}/var/lib/colord colord:colord 750\n/etc/nix root:root 700\n`,
    );
    expect(await owners(machine, "/home/user/.config", "/home/user/.config/nvim")).toBe(
      "/home/user/.config user:user 755\n/home/user/.config/nvim user:user 755\n",
    );
    expect(await owners(machine, "/home/user/.local/share/imp/generations.json")).toContain(" user:user ");
  });

  test("of the format: the state is kept where state_dir says", async () => {
    const directories = ["/var/log", "/var/lib/nixos", "/var/lib/colord"];
    const files = ["/etc/machine-id", "/etc/nix/id_rsa"];
    await using machine = await startWithSources({
      directories: below(system, ...directories),
      files: below(system, ...files),
    });
    await applyAsUser(machine, configurationFormat);
    await expectMounted(machine, system, ...directories);
    await expectLinked(machine, system, ...files);
    expect(await owners(machine, "/var/lib/colord", "/etc/nix")).toBe(
      "/var/lib/colord colord:colord 750\n/etc/nix root:root 700\n",
    );
    expect(JSON.parse(await machine.read("/path/to/state/generations.json"))).toMatchObject({ active: 1 });
  });

  test("of basic dotfiles: each is a symlink into the folder", async () => {
    const files = ["/home/user/.vimrc", "/home/user/.bashrc", "/home/user/.gitconfig"];
    const root = "/home/user/dotfiles";
    await using machine = await startWithSources({ files: below(root, ...files) });
    await applyAsUser(machine, dotfiles);
    await expectLinked(machine, root, ...files);
    // Links in one's own home take no root.
    await type(machine, "rm .vimrc");
    await type(machine, "imp restore");
    await expectLinked(machine, root, ...files);
  });

  test("of XDG directories: each is a bind mount of the folder, and the user can write in it", async () => {
    const directories = ["nvim", "alacritty", "kitty"].map((name) => `/home/user/.config/${name}`);
    const root = "/home/user/dotfiles";
    await using machine = await startWithSources({ directories: below(root, ...directories) });
    await applyAsUser(machine, configDirectories);
    await expectMounted(machine, root, ...directories);
    await type(machine, "touch .config/kitty/kitty.conf .config/new");
    expect(await machine.sh(`ls ${root}/home/user/.config/kitty`)).toBe("here\nkitty.conf\n");
  });

  test("of application data: both are bind mounts, as `mount | grep your-directory` tells", async () => {
    await using machine = await startWithApplicationData();
    await expectMounted(
      machine,
      "/mnt/persist/app-data",
      "/var/lib/app-with-database",
      "/home/user/.local/share/app",
    );
    expect(await machine.sh("mount | grep app-with-database")).toContain("/var/lib/app-with-database");
  });

  test.skipIf(lacks(program("sqlite3")))(
    "of application data: a database that is open in it does not notice another apply",
    async () => {
      await using machine = await startWithApplicationData();
      const database = "/var/lib/app-with-database/app.db";
      const session = machine.start(["sqlite3", database]);
      session.stdin.write("PRAGMA journal_mode = WAL; CREATE TABLE notes (text); SELECT 'created';\n");
      await session.stdin.flush();
      const reader = session.stdout.getReader();
      for (let said = ""; !said.includes("created"); ) {
        const { value, done } = await reader.read();
        if (done) throw new Error(await new Response(session.stderr).text());
        said += new TextDecoder().decode(value);
      }
      await type(machine, "sudo imp apply");
      session.stdin.write("INSERT INTO notes VALUES ('kept');\n");
      session.stdin.end();
      expect(await session.exited).toBe(0);
      expect(await machine.sh(`sqlite3 /mnt/persist/app-data${database} 'SELECT * FROM notes'`)).toBe(
        "kept\n",
      );
    },
  );

  test("of an impermanent system: all of it is there again after a reboot", async () => {
    const directories = [
      "/var/log",
      "/var/lib/bluetooth",
      "/var/lib/nixos",
      "/var/lib/systemd/coredump",
      "/etc/NetworkManager/system-connections",
    ];
    const homeDirectories = [".ssh", ".gnupg", ".config", ".mozilla"].map((name) => `/home/user/${name}`);
    const homeFiles = ["/home/user/.zsh_history", "/home/user/.bash_history"];
    await using machine = await startWithSources({
      directories: [...below(system, ...directories), ...below(home, ...homeDirectories)],
      files: [...below(system, "/etc/machine-id"), ...below(home, ...homeFiles)],
    });
    // The machine keeps /persist only, so what the README calls /mnt/persist lies there.
    const mountPersist = "mkdir -p /mnt/persist; mount --bind /persist/mnt /mnt/persist";
    await machine.sh(`cp -a /mnt/persist /persist/mnt; rm -r /mnt/persist; ${mountPersist}`);
    await applyAsUser(machine, impermanence);
    const expectAll = async () => {
      await expectMounted(machine, system, ...directories);
      await expectMounted(machine, home, ...homeDirectories);
      await expectLinked(machine, system, "/etc/machine-id");
      await expectLinked(machine, home, ...homeFiles);
    };
    await expectAll();

    await machine.reboot();
    await machine.sh(`install -d -o user -g user -m 0700 /home/user; ${mountPersist}`);
    await machine.impOk("restore", "--state-dir", "/persist/imp");
    await expectAll();
    expect(await machine.impOk("verify", "--state-dir", "/persist/imp")).toContain("12 entries verified");
  });

  test("of custom permissions: owners and modes take effect", async () => {
    const directories = ["/var/log", "/var/lib/nixos", "/var/lib/colord", "/var/lib/postgresql"];
    const files = ["/etc/machine-id", "/etc/ssh/ssh_host_rsa_key"];
    await using machine = await startWithSources({
      directories: below(system, ...directories),
      files: below(system, ...files),
    });
    await applyAsUser(machine, customPermissions);
    await expectMounted(machine, system, ...directories);
    await expectLinked(machine, system, ...files);
    expect(await owners(machine, "/var/lib/colord", "/var/lib/postgresql", "/etc/ssh", "/var/log")).toBe(
      "/var/lib/colord colord:colord 750\n/var/lib/postgresql postgres:postgres 700\n/etc/ssh root:root 700\n/var/log root:root 755\n",
    );
  });
});

describe.skipIf(isSkipped)("the README's command lines", () => {
  let machine: Machine & AsyncDisposable;

  beforeAll(async () => {
    const files = ["/home/user/.vimrc", "/home/user/.bashrc", "/home/user/.gitconfig"];
    const directories = [
      "/home/user/.config/nvim",
      "/home/user/.config/alacritty",
      "/home/user/.config/kitty",
    ];
    machine = await startWithSources({
      files: below("/home/user/dotfiles", ...files),
      directories: below("/home/user/dotfiles", ...directories),
    });
    await machine.write("/home/user/imp.toml", dotfiles);
    await machine.write("/home/user/custom.toml", configDirectories);
    await machine.write(
      "/home/user/missing.toml",
      '[persistence."/home/user/dotfiles"]\nfiles = ["/home/user/.new"]\n',
    );
    await machine.sh("chown user:user /home/user/*.toml");
    await type(machine, "sudo imp apply");
    await type(machine, "sudo imp apply --config custom.toml");
    await type(machine, "sudo imp apply --skip-validation");
  });

  afterAll(() => machine[Symbol.asyncDispose]());

  test("imp list shows what sudo imp apply made, one line for each generation", async () => {
    expect(await type(machine, "imp list")).toMatch(
      /^Generations:\n {2}1 - \d{4}-\d\d-\d\d \d\d:\d\d:\d\d - 3 entries\n {2}2 - .* - 3 entries\n {2}3 - .* - 3 entries \(active\)\n$/,
    );
  });

  test("imp show 3 shows the entries of generation 3", async () => {
    const shown = await type(machine, "imp show 3");
    expect(shown).toStartWith("Generation 3:\n");
    expect(shown).toContain("symlink     /home/user/.vimrc ← /home/user/dotfiles/home/user/.vimrc");
  });

  test("imp current and imp verify run without sudo", async () => {
    expect(await type(machine, "imp current")).toStartWith("Current generation: 3\n");
    expect(await type(machine, "imp verify")).toBe("Generation 3: 3 entries verified\n");
  });

  test("sudo imp apply --skip-validation creates the source that is missing", async () => {
    const without = await machine.run(["/imp/imp", "apply", "--config", "missing.toml"], sudo);
    expect(without.exitCode).toBe(1);
    expect(without.stderr).toContain("source path does not exist: /home/user/dotfiles/home/user/.new");
    expect(without.stderr).toContain("--skip-validation");
    await type(machine, "sudo imp apply --skip-validation --config missing.toml");
    expect(await owners(machine, "/home/user/dotfiles/home/user/.new")).toContain(" user:user 644");
    await type(machine, "sudo imp switch 3");
    await type(machine, "imp delete 4 --force");
  });

  test("sudo imp switch 2 goes back to generation 2, and there and back again nothing is lost", async () => {
    await type(machine, "sudo imp switch 2");
    await expectMounted(machine, "/home/user/dotfiles", "/home/user/.config/nvim");
    expect(await type(machine, "imp current")).toStartWith("Current generation: 2\n");
    expect(await type(machine, "imp list")).toContain(" 3 entries (active)\n");
    await type(machine, "sudo imp switch 3");
    expect(await type(machine, "imp verify")).toBe("Generation 3: 3 entries verified\n");
  });

  test("imp delete 2 asks first, and only a yes deletes", async () => {
    const answered = async (answer: string) => {
      const session = machine.startOnTerminal(["/imp/imp", "delete", "2"], asUser);
      await session.until(/Delete generation 2\? \[y\/N\]/);
      session.type(answer);
      const exitCode = await session.finish();
      return { exitCode, written: session.written };
    };
    for (const no of ["\n", "what?\n", "\u0004"]) {
      const { written, exitCode } = await answered(no);
      expect(written).toContain("Aborted.");
      expect(exitCode).toBe(1);
    }
    expect(await type(machine, "imp list")).toContain("  2 - ");
    const { written, exitCode } = await answered("y\n");
    expect(written).toContain("Deleted generation 2.");
    expect(exitCode).toBe(0);
    expect(await type(machine, "imp list")).not.toContain("  2 - ");
  });

  test("imp delete 2 without a terminal deletes nothing, unless it is told --force", async () => {
    const refused = await machine.run(["/imp/imp", "delete", "1"], { ...asUser, input: "y\n" });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("there is nobody to ask");
    expect(await type(machine, "imp list")).toContain("  1 - ");
    await type(machine, "imp delete 1 --force");
    expect(await type(machine, "imp list")).not.toContain("  1 - ");
  });

  test("imp delete of the active generation is refused", async () => {
    const { exitCode, stderr } = await machine.run(["/imp/imp", "delete", "3", "--force"], asUser);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Cannot delete active generation");
    expect(stderr).toContain("switch to another one first");
  });
});
