import { expect } from "bun:test";
import { apply, configure, state } from "./machine/configure.ts";
import { type Machine, startMachine } from "./machine/machine.ts";
import { afterEach, beforeEach, test } from "./machine/on-machine.ts";

let machine: Machine;
beforeEach(async () => {
  machine = await startMachine();
  await machine.sh(
    "mkdir -p /persist/store/etc; echo x > /persist/store/etc/one; echo y > /persist/store/etc/two",
  );
});
afterEach(() => machine.stop());

test("a label is kept with its generation, and the lines of list stay as scripts know them", async () => {
  await apply(machine, 'files = ["/etc/one"]');
  await configure(machine, 'files = ["/etc/one", "/etc/two"]');
  await machine.impOk("apply", "--label", "  with two, and “quotes”  ");

  expect(await machine.impOk("list")).toMatch(
    /^Generations:\n {2}1 - [\d-]{10} [\d:]{8} - 1 entries\n {2}2 - [\d-]{10} [\d:]{8} - 2 entries \(active\)\n$/,
  );
  expect(await machine.impOk("list", "--verbose")).toEndWith(
    " - 2 entries (active) - with two, and “quotes”\n",
  );
  for (const words of [["current"], ["show", "2"]]) {
    expect(await machine.impOk(...words)).toContain("\n  Label:   with two, and “quotes”\n");
  }
  expect(await machine.impOk("show", "1")).not.toContain("Label");
  const { generations } = JSON.parse(await machine.impOk("list", "--json"));
  expect(generations).toMatchObject([{ label: null }, { label: "with two, and “quotes”" }]);

  await machine.impOk("switch", "1");
  expect((await machine.impOk("list", "--verbose")).split("\n")[2]).toEndWith(" - with two, and “quotes”");
});

test("people at a terminal get a table of generations and of differences", async () => {
  await apply(machine, 'files = ["/etc/one"]');
  await configure(machine, 'files = ["/etc/one", "/etc/two"]');
  await machine.impOk("apply", "--label", "with two");
  const list = machine.startOnTerminal(["/imp/imp", "list"]);
  expect(await list.exited).toBe(0);
  const table = await list.until(/with two\r\n$/);
  expect(table).toMatch(
    /^Generations:\r\n {3}1 {2}[\d-]{10} [\d:]{8} {2}just now {2}1 entry {4}\(previous\)\r\n/,
  );
  expect(table).toMatch(
    /\n\* {2}2 {2}[\d-]{10} [\d:]{8} {2}just now {2}2 entries {2}\(active\) {4}with two\r\n$/,
  );
  expect(list.written).toContain("\u001b[32m*\u001b[39m");
  await list.end();

  const diff = machine.startOnTerminal(["/imp/imp", "diff", "1", "2"]);
  expect(await diff.exited).toBe(0);
  expect(await diff.until(/1 added\r\n$/)).toBe(
    "generation 1 → generation 2 (with two):\r\n+ symlink  /etc/two  ← /persist/store/etc/two\r\n1 added\r\n",
  );
  await diff.end();
});

test("what is no label is refused, and nothing changes", async () => {
  await configure(machine, 'files = ["/etc/one"]');
  for (const label of ["two\nlines", "\u001b[2J", "x".repeat(101), "   "]) {
    const { exitCode, stdout, stderr } = await machine.imp("apply", "--label", label);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toStartWith("error: the label ");
  }
  expect(await machine.sh(`ls ${state} /etc/one 2>&1 || true`)).toContain("No such file");
});
