import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Failure } from "../model/problem.ts";
import { readConfigBytes } from "./read.ts";
import { brief, read, refusals, testAccounts } from "./reading.fixture.ts";

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

const format = `# Optional: Override the default state directory
state_dir = "/path/to/state"

# Define persistence directories
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

const databases = `[persistence."/mnt/persist/app-data"]
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

const permissions = `[persistence."/mnt/persist/system"]
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

describe("the examples of the manual", () => {
  const examples = [
    [quickStart, 9, "/home/user/.local/share/imp"],
    [format, 5, "/path/to/state"],
    [dotfiles, 3, undefined],
    [configDirectories, 3, undefined],
    [databases, 2, undefined],
    [impermanence, 12, "/persist/imp"],
    [permissions, 6, undefined],
  ] as const;

  test.each(examples)("are read without a warning: %#", (text, entries, stateDirectory) => {
    const config = read(text);
    expect(config.manifest.entries).toHaveLength(entries);
    expect(config.warnings).toEqual([]);
    expect(config.stateDirectory).toBe(stateDirectory);
    expect(config.path).toBe("imp.toml");
    expect(config.text).toBe(text);
  });

  test("keep their meaning", () => {
    const { entries } = read(quickStart).manifest;
    expect(entries.map(({ kind, source }) => `${kind} ${source}`)).toEqual([
      "directory /mnt/persist/system/var/log",
      "directory /mnt/persist/system/var/lib/nixos",
      "directory /mnt/persist/system/var/lib/colord",
      "linked-file /mnt/persist/system/etc/machine-id",
      "linked-file /mnt/persist/system/etc/nix/id_rsa",
      "directory /mnt/persist/home/home/user/.config/nvim",
      "directory /mnt/persist/home/home/user/.mozilla",
      "linked-file /mnt/persist/home/home/user/.zsh_history",
      "linked-file /mnt/persist/home/home/user/.gitconfig",
    ]);
    expect(entries[2]).toMatchObject({
      user: { name: "colord", id: 107 },
      group: { name: "colord", id: 107 },
      mode: "u=rwx,g=rx,o=",
    });
    expect(entries[4]?.parentDirectory).toEqual({ mode: "u=rwx,g=,o=" });
    expect(read(format).manifest.entries[0]).toMatchObject({ hidden: true });
  });
});

test("a configuration without entries is valid, with a warning", () => {
  for (const text of [
    "",
    "\n\n",
    "# nothing\n",
    "backup = true",
    "[persistence]",
    '[persistence."/p"]\nfiles = []',
  ]) {
    const config = read(text);
    expect(config.manifest.entries).toEqual([]);
    expect(brief(config.warnings)).toHaveLength(1);
    expect(config.warnings[0]).toMatchObject({ severity: "warning", place: { line: 1, column: 1 } });
  }
});

test("lines end with LF or CRLF, which changes no place", () => {
  const text = 'backup = true\n[persistence."/p"]\nfiles = [\n  "a",\n]\n';
  expect(refusals(text.replaceAll("\n", "\r\n"))).toEqual(refusals(text));
});

test("syntax errors and what is not text are refused from bytes, too", async () => {
  const read = (bytes: Uint8Array) => readConfigBytes(bytes, "imp.toml", testAccounts);
  expect(read(Uint8Array.of(0xff))).rejects.toThrow("UTF-8");
  expect(read(Uint8Array.of(0x61))).rejects.toThrow("TOML");
  expect(read(new TextEncoder().encode(`\ufeff\ufeff${dotfiles}`))).rejects.toThrow("TOML");
  expect((await read(new TextEncoder().encode(`\ufeff${dotfiles}`))).text).toBe(dotfiles);
});

describe("any bytes", () => {
  const valid = new TextEncoder().encode(
    `${quickStart}# ä😀\n[persistence."/q"]\nmethod = "bind"\noptions = ["ro"]\nbackup = true\nfiles = ['/ä', """/b"""]\n`,
  );
  const mutation = fc.record({
    at: fc.nat(valid.length - 1),
    remove: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(200)),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom(..."\"'[]{}=,.#\\/\n\0~").map((text) => new TextEncoder().encode(text)),
      fc
        .tuple(fc.nat(valid.length), fc.nat(100))
        .map(([start, length]) => valid.slice(start, start + length)),
    ),
  });

  test("give a configuration, or a failure with places in the file", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        let bytes: Uint8Array = valid;
        for (const { at, remove, insert } of mutations) {
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
        }
        try {
          await readConfigBytes(bytes, "imp.toml", testAccounts);
        } catch (error) {
          refused += 1;
          expectPlaces(error, bytes);
        }
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  function expectPlaces(error: unknown, bytes: Uint8Array): void {
    if (!(error instanceof Failure)) throw error;
    expect(error.exitCode).toBe(2);
    expect(error.problems.length).toBeGreaterThan(0);
    const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
    for (const { place, excerpt, message, help } of error.problems) {
      const line = lines[(place?.line ?? 0) - 1];
      expect(excerpt).toBe(line ?? "no such line");
      expect(place?.column).toBeGreaterThanOrEqual(1);
      expect(place?.column).toBeLessThanOrEqual([...(line ?? "")].length + 1);
      expect(place?.length).toBeGreaterThanOrEqual(1);
      expect(message).not.toBe("");
      expect(help ?? "").not.toBe("");
    }
  }
});
