import { expect } from "bun:test";
import { commandList, globalOptions, helpCommand } from "../src/cli/program.ts";
import { apply, state } from "./machine/configure.ts";
import { type Machine, startMachine } from "./machine/machine.ts";
import { afterAll, beforeAll, describe, test } from "./machine/on-machine.ts";
import type { TerminalSession } from "./machine/terminal.ts";
import { lacks, need, program } from "./requirement.ts";

/** The scripts of `imp completion`, in the real shells. */

const commandNames = [...commandList.map(({ name }) => name as string), helpCommand.name].sort();
const globalNames = globalOptions.map(({ long }) => `--${long}`);
const hasNo = (shell: string) => lacks(program(shell, `the shell ${shell}`));

/** The scripts call imp by its name alone. */
const environment = { PATH: "/imp:/usr/bin:/bin" };

let machine: Machine;

beforeAll(async () => {
  machine = await startMachine();
  await machine.sh("mkdir -p /persist/store/etc '/etc/a folder'; echo x > /persist/store/etc/one");
  await machine.sh("touch '/etc/a folder/my imp.toml'; mkdir /persist/other");
  await apply(machine, 'files = ["/etc/one"]');
  await machine.impOk("apply", "--label", "second: the disk");
  for (const shell of ["bash", "zsh", "fish"]) {
    await machine.write(`/tmp/imp.${shell}`, await machine.impOk("completion", shell));
  }
});
afterAll(() => machine.stop());

describe.skipIf(hasNo("bash"))("bash", () => {
  /** What the function offers for a command line that ends with these words. */
  async function offered(...words: string[]): Promise<string[]> {
    const script = `
      set -u
      source /tmp/imp.bash
      COMP_WORDS=("$@")
      COMP_CWORD=$(($# - 1))
      _imp imp "$\{COMP_WORDS[COMP_CWORD]}" ""
      printf '%s\\n' "$\{COMPREPLY[@]-}"`;
    const { stdout, stderr } = await machine.run(["bash", "-c", script, "bash", ...words], { environment });
    expect(stderr).toBe("");
    return stdout.split("\n").filter((line) => line !== "");
  }

  test("offers the commands, and what begins like the word", async () => {
    expect((await offered("imp", "")).sort()).toEqual(commandNames);
    expect(await offered("imp", "sw")).toEqual(["switch"]);
    expect((await offered("imp", "--json", "--config", "x", "")).sort()).toEqual(commandNames);
  });

  test("offers the options of the command and of all", async () => {
    expect(await offered("imp", "apply", "--")).toEqual([
      ...globalNames,
      "--skip-validation",
      "--dry-run",
      "--lazy",
      "--if-changed",
      "--label",
    ]);
    expect(await offered("imp", "list", "--")).toEqual(globalNames);
  });

  test("offers the values of options, whether = divides words or not", async () => {
    expect(await offered("imp", "--color", "")).toEqual(["auto", "always", "never"]);
    expect(await offered("imp", "--color", "=", "a")).toEqual(["auto", "always"]);
    expect(await offered("imp", "--color=n")).toEqual(["--color=never"]);
    expect(await offered("imp", "--wait", "")).toEqual([]);
  });

  test("offers the numbers of the generations where one can stand, and nowhere else", async () => {
    expect(await offered("imp", "switch", "")).toEqual(["1", "2"]);
    expect(await offered("imp", "switch", "1", "")).toEqual([]);
    expect(await offered("imp", "diff", "1", "")).toEqual(["1", "2"]);
    expect(await offered("imp", "diff", "1", "2", "")).toEqual([]);
    expect(await offered("imp", "delete", "1", "2", "")).toEqual(["1", "2"]);
    expect(await offered("imp", "--state-dir", state, "show", "")).toEqual(["1", "2"]);
    expect(await offered("imp", "--state-dir", "/persist/other", "show", "")).toEqual([]);
    expect(await offered("imp", "list", "")).toEqual([]);
  });

  test("offers the shells and the topics of help", async () => {
    expect(await offered("imp", "completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(await offered("imp", "help", "ro")).toEqual(["rollback"]);
  });

  test("completes on a terminal when Tab is pressed, with paths in quotes where they need it", async () => {
    const shell = machine.startOnTerminal(["bash", "--norc", "--noprofile", "-i"], { environment });
    shell.type("PS1='ready> '; bind 'set bell-style none'; source /tmp/imp.bash\r");
    await shell.until(/ready> $/);
    await pressTab(shell, "imp roll", /imp rollback $/);
    await pressTab(shell, "imp --color=al", /imp --color=always $/);
    await pressTab(shell, "imp apply -c /etc/a\\ folder/m", /\/etc\/a\\ folder\/my\\ imp.toml $/);
    await pressTab(shell, "imp --state-dir=/persist/ot", /--state-dir=\/persist\/other\/$/);
    await pressTab(shell, "imp switch \t", /\b1 +2\b/);
    await shell.end();
  });

  test("completes behind sudo where bash-completion does that", async () => {
    const library = "/usr/share/bash-completion/bash_completion";
    if (lacks(need(await Bun.file(library).exists(), "bash-completion"))) return;
    const shell = machine.startOnTerminal(["bash", "--norc", "--noprofile", "-i"], { environment });
    shell.type(`PS1='ready> '; bind 'set bell-style none'; . ${library}; source /tmp/imp.bash\r`);
    await shell.until(/ready> $/);
    await pressTab(shell, "sudo imp roll", /sudo imp rollback $/);
    await shell.end();
  });
});

describe.skipIf(hasNo("zsh"))("zsh", () => {
  test("completes on a terminal when Tab is pressed", async () => {
    const shell = machine.startOnTerminal(["zsh", "-f", "-i"], { environment });
    shell.type("PS1='ready> '; unsetopt beep; autoload -U compinit; compinit -u -D; source /tmp/imp.zsh\r");
    await shell.until(/ready> $/);
    await pressTab(shell, "imp roll", /imp rollback $/);
    await pressTab(shell, "imp --color al", /--color always $/);
    await pressTab(shell, "imp --color=al", /--color=always $/);
    await pressTab(shell, "imp switch --dr", /--dry-run $/);
    await pressTab(shell, "imp -c /etc/a\\ folder/m", /\/etc\/a\\ folder\/my\\ imp.toml $/);
    await pressTab(shell, "imp completion f", /imp completion fish $/);
    await pressTab(shell, "imp help cur", /imp help current $/);
    await pressTab(shell, "imp --state-dir /persist/ot", /\/persist\/other\/$/);
    const numbers = await pressTab(shell, "imp switch ", /1 +--.+\n?.*2 +--.+entries/s);
    expect(numbers).toMatch(/2 +-- \d{4}-\d\d-\d\d \d\d:\d\d:\d\d - 1 entries \(active\) - second: the disk/);
    await pressTab(shell, "imp diff 1 ", /2 +--/);
    const options = await pressTab(shell, "imp apply --", /--wait/);
    expect(options).toContain("a line about the new generation");
    await shell.end();
  });

  test("finds the script as a file in $fpath, too", async () => {
    await machine.sh("mkdir -p /tmp/site; cp /tmp/imp.zsh /tmp/site/_imp");
    const shell = machine.startOnTerminal(["zsh", "-f", "-i"], { environment });
    shell.type("PS1='ready> '; unsetopt beep; fpath+=(/tmp/site); autoload -U compinit; compinit -u -D\r");
    await shell.until(/ready> $/);
    await pressTab(shell, "imp roll", /imp rollback $/);
    await pressTab(shell, "imp sho", /imp show $/);
    await shell.end();
  });
});

describe.skipIf(hasNo("fish"))("fish", () => {
  /** What is offered for a command line, with its explanation. */
  async function offered(line: string): Promise<Record<string, string>> {
    const script = `source /tmp/imp.fish; complete -C '${line}'`;
    const { stdout, stderr } = await machine.run(["fish", "--no-config", "-c", script], { environment });
    expect(stderr).toBe("");
    const lines = stdout.split("\n").filter((text) => text !== "");
    return Object.fromEntries(lines.map((text) => text.split("\t") as [string, string]));
  }

  test("offers the commands with what they do", async () => {
    const commands = await offered("imp ");
    expect(Object.keys(commands).sort()).toEqual(commandNames);
    expect(commands["rollback"]).toBe("Switch to the generation that was active before");
  });

  test("offers the options of the command and of all", async () => {
    const options = Object.keys(await offered("imp apply --"));
    for (const name of [...globalNames, "--skip-validation", "--label"]) expect(options).toContain(name);
    expect(Object.keys(await offered("imp list --"))).not.toContain("--lazy");
  });

  test("offers the values of options, and paths", async () => {
    expect(Object.keys(await offered("imp --color ")).sort()).toEqual(["always", "auto", "never"]);
    expect(Object.keys(await offered("imp list -c /etc/a"))).toContain("/etc/a folder/");
    expect(Object.keys(await offered("imp --state-dir /persist/"))).toEqual(
      expect.arrayContaining(["/persist/other/", "/persist/store/"]),
    );
    expect(Object.keys(await offered("imp apply --label "))).toEqual([]);
  });

  test("offers the generations with what `imp list` says of them, where one can stand", async () => {
    const generations = await offered("imp switch ");
    expect(Object.keys(generations)).toEqual(["1", "2"]);
    expect(generations["2"]).toMatch(/^\d{4}-\d\d-\d\d .+ - 1 entries \(active\) - second: the disk$/);
    expect(Object.keys(await offered("imp diff 1 "))).toEqual(["1", "2"]);
    expect(Object.keys(await offered("imp switch 1 "))).toEqual([]);
    expect(Object.keys(await offered("imp delete 1 "))).toEqual(["1", "2"]);
    expect(Object.keys(await offered("imp --state-dir /persist/other show "))).toEqual([]);
    expect(Object.keys(await offered(`imp --state-dir=${state} show `))).toEqual(["1", "2"]);
  });

  test("offers the shells and the topics of help", async () => {
    expect(Object.keys(await offered("imp completion ")).sort()).toEqual(["bash", "fish", "zsh"]);
    expect(Object.keys(await offered("imp help ro"))).toEqual(["rollback"]);
  });
});

/** Types a line and Tab, waits for what comes of it, and clears the line again. */
async function pressTab(shell: TerminalSession, line: string, expected: RegExp): Promise<string> {
  shell.type(`${line}\t`);
  const written = await shell.until(expected);
  shell.type("\u0015\r");
  await shell.until(/ready> $/);
  return written;
}
