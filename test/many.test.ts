import { expect } from "bun:test";
import { apply, configure, store } from "./machine/configure.ts";
import { injecting } from "./machine/injection.ts";
import { type Machine, startMachine } from "./machine/machine.ts";
import { mountTable } from "./machine/mount-table.ts";
import { describe, test } from "./machine/on-machine.ts";
import { lacks, program } from "./requirement.ts";

/** With many sources, they are cloned from a detached copy of their mount, and kept there for undoing. */

const targets = Array.from({ length: 40 }, (_, index) => `/srv/group-${index % 3}/entry ${index}`);
const listed = (paths: readonly string[]) => paths.map((path) => `"${path}"`).join(", ");
const isSkipped = lacks(program("strace"));

/** A machine with sources for all targets; that of the last one lies on a filesystem of its own, inside the store. */
async function startWithSources(): Promise<Machine & AsyncDisposable> {
  const machine = await startMachine();
  const [inner = ""] = targets.slice(-1);
  const script = targets.map((path) => `mkdir -p '${store}${path}'; echo '${path}' > '${store}${path}/name'`);
  await machine.sh(`
    ${script.join("\n")}
    mkdir -p /srv /persist/other
    mount -t tmpfs -o noexec inner '${store}${inner}'
    echo inner > '${store}${inner}/name'
  `);
  return machine;
}

/** What each target shows, and with which options. */
async function shown(machine: Machine): Promise<string[]> {
  const mounted = (await mountTable(machine)).filter(({ path }) => path.startsWith("/srv/"));
  const names = await Promise.all(mounted.map(({ path }) => machine.read(`${path}/name`)));
  return mounted
    .map(({ path, root, options }, index) => `${path} ${root} ${options.join()} ${names[index]}`)
    .sort();
}

describe("many entries", () => {
  test("show each its own source, be it on another mount inside the persistence root", async () => {
    await using machine = await startWithSources();
    await apply(machine, `directories = [${listed(targets)}]`);
    const found = await shown(machine);
    expect(found).toHaveLength(targets.length);
    for (const target of targets.slice(0, -1)) {
      expect(found.some((line) => line.startsWith(`${target} `) && line.endsWith(` ${target}\n`))).toBe(true);
    }
    expect(found.filter((line) => line.endsWith(" inner\n") && line.includes("noexec"))).toHaveLength(1);
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test("have just their own options, be the mount that they are cloned from dressed for others before", async () => {
    await using machine = await startWithSources();
    const wanted = targets.map((_, index) => ["nosuid", "ro", ""][index % 3] ?? "");
    const tables = targets.map(
      (target, index) => `{ directory = "${target}", options = [${wanted[index] && `"${wanted[index]}"`}] }`,
    );
    await apply(machine, `directories = [${tables.join(", ")}]`);
    const mounted = await mountTable(machine);
    const found = new Map<string, Set<string>>();
    for (const [index, target] of targets.slice(0, -1).entries()) {
      const options = mounted.find(({ path }) => path === target)?.options.join() ?? "none";
      const key = wanted[index] ?? "";
      found.set(key, (found.get(key) ?? new Set()).add(options));
    }
    const plain = [...(found.get("") ?? [])].join(" or ");
    expect([...(found.get("nosuid") ?? [])]).toEqual([plain.replace("rw,", "rw,nosuid,")]);
    expect([...(found.get("ro") ?? [])]).toEqual([plain.replace("rw,", "ro,")]);
    expect((await machine.imp("verify")).exitCode).toBe(0);
  });

  test("leave nothing of imp's mounted elsewhere", async () => {
    await using machine = await startWithSources();
    const before = (await mountTable(machine)).length;
    await apply(machine, `directories = [${listed(targets)}]\noptions = ["nosuid"]`);
    await apply(machine, "directories = []");
    expect((await mountTable(machine)).length).toBe(before);
  });

  test.skipIf(isSkipped)("all come back as they were if the command that took them away fails", async () => {
    await using machine = await startWithSources();
    await apply(machine, `directories = [${listed(targets)}]\noptions = ["nosuid"]`);
    const before = await shown(machine);
    await machine.sh(`mkdir ${store}/srv/new`);
    await configure(machine, `directories = ["/srv/new"]`);
    const failed = await machine.run([...injecting("move_mount:error=EIO:when=1"), "/imp/imp", "apply"]);
    expect(failed.stderr).toContain("Failed to create mount at /srv/new");
    expect(failed.exitCode).toBe(1);
    expect(await shown(machine)).toEqual(before);
    expect((await machine.imp("restore")).stderr).toBe("");
  });

  test.skipIf(isSkipped)(
    "all come back, too, if the mount that their sources lay on went after them",
    async () => {
      await using machine = await startMachine();
      const inner = Array.from({ length: 20 }, (_, index) => `/srv/inner-${index}`);
      const made = inner.map(
        (path) => `mkdir -p ${store}/srv/base/root${path}; echo ${path} > ${store}/srv/base/root${path}/name`,
      );
      await machine.sh(`${made.join("\n")}\necho base > ${store}/srv/base/name; mkdir ${store}/srv/new`);
      const both = `directories = ["/srv/base"]\n[persistence."/srv/base/root"]\ndirectories = [${listed(inner)}]`;
      await apply(machine, both);
      const before = await shown(machine);
      expect(before).toHaveLength(21);
      await configure(machine, `directories = ["/srv/new"]`);
      const failed = await machine.run([...injecting("move_mount:error=EIO:when=1"), "/imp/imp", "apply"]);
      expect(failed.stderr).toContain("Failed to create mount at /srv/new");
      expect(failed.stderr).not.toContain("could not undo");
      expect(await shown(machine)).toEqual(before);
      expect((await machine.imp("restore")).stderr).toBe("");
    },
  );
});
