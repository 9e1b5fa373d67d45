import { expect } from "bun:test";
import { apply, configure, state } from "./machine/configure.ts";
import { type Machine, startMachine } from "./machine/machine.ts";
import { afterEach, beforeEach, test } from "./machine/on-machine.ts";
import { lacks, program } from "./requirement.ts";

/** The line that tells what a long command is at. */

let machine: Machine;
beforeEach(async () => {
  machine = await startMachine();
  await machine.sh("mkdir -p /persist/store/etc; echo x > /persist/store/etc/one");
});
afterEach(() => machine.stop());

/** A copy of 48 MB, for which the disk has to be waited. */
async function prepareLongCopy(): Promise<string[]> {
  await machine.sh("mkdir /var/big; head -c 48000000 /dev/urandom > /var/big/data");
  await configure(machine, 'directories = ["/var/big"]');
  return ["/imp/imp", "apply", "--skip-validation"];
}

const shown = "\r\u001b[K\u001b[?7l";
const gone = "\u001b[?7h\r\u001b[K";

test("a long copy is told on a terminal, and nothing of that stays there", async () => {
  const session = machine.startOnTerminal(await prepareLongCopy());
  expect(await session.exited).toBe(0);
  await session.until(/Generation 1 is active/);
  expect(session.written).toContain(`${shown}writing /persist/store/var/big to the disk: 48.0 MB`);
  const left = session.written.split(gone).at(-1) ?? "";
  expect(Bun.stripANSI(left)).toStartWith("Generation 1 is active: ");
  await session.end();
});

test("nobody is told of progress but a person: not a pipe, not with --quiet, not with --json", async () => {
  const command = await prepareLongCopy();
  const piped = await machine.run(command);
  expect(piped).toMatchObject({ exitCode: 0, stderr: "" });
  for (const option of ["--quiet", "--json"]) {
    await machine.sh("umount /var/big; rm -r /persist/store/var/big /persist/imp");
    const session = machine.startOnTerminal([...command, option]);
    expect(await session.exited).toBe(0);
    await session.until(/1/);
    expect(session.written).not.toContain("\u001b[K");
    await session.end();
  }
});

test.skipIf(lacks(program("flock", "flock of util-linux")))(
  "whoever waits for another imp is told so after half a second",
  async () => {
    await apply(machine, 'files = ["/etc/one"]');
    const holder = machine.start(["flock", `${state}/lock`, "sleep", "1.5"]);
    await Bun.sleep(100);
    const session = machine.startOnTerminal(["/imp/imp", "apply"]);
    await session.until(/waiting for another imp/);
    expect(await session.exited).toBe(0);
    await session.until(/Generation 2 is active/);
    expect(session.written).toContain(gone);
    await holder.exited;
    await session.end();
  },
);
