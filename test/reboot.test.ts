import { expect } from "bun:test";
import { fingerprint } from "./machine/fingerprint.ts";
import { startMachine } from "./machine/machine.ts";
import { describe, test } from "./machine/on-machine.ts";
import { type PersistedImp, persistedImp } from "./machine/persisted-imp.ts";

test("a directory and a file are there after apply, and gone from the root after a reboot until restore", async () => {
  await using machine = await startMachine();
  await machine.sh(`
    mkdir -p /persist/system/var/log /persist/system/etc
    echo kept > /persist/system/var/log/syslog
    echo 0123 > /persist/system/etc/machine-id
  `);
  await machine.write(
    "/etc/imp/imp.toml",
    `state_dir = "/persist/imp"
[persistence."/persist/system"]
directories = ["/var/log"]
files = ["/etc/machine-id"]
`,
  );
  await machine.impOk("apply");
  expect(await machine.sh("cat /var/log/syslog /etc/machine-id")).toBe("kept\n0123\n");

  await machine.reboot();
  expect((await machine.run(["test", "-e", "/var/log/syslog"])).exitCode).toBe(1);
  await machine.impOk("restore", "--state-dir", "/persist/imp");
  expect(await machine.sh("cat /var/log/syslog /etc/machine-id")).toBe("kept\n0123\n");
});

describe("a source that was there and is gone", () => {
  const configuration = {
    create_sources: true,
    persistence: {
      "/persist/system": { directories: ["/srv/lost", "/srv/kept"], files: ["/etc/lost.conf"] },
    },
  };
  const lost = ["/srv/lost", "/etc/lost.conf"];

  /** After a reboot; of the three sources, which were created once, two are missing. */
  async function booted() {
    const machine = await startMachine();
    const imp = persistedImp(machine);
    await machine.sh("mkdir -p /persist/system");
    await imp.apply(configuration);
    await machine.sh(
      "touch /srv/kept/name; cd /persist/system; mv srv/lost srv/elsewhere; mv etc/lost.conf etc/elsewhere",
    );
    await machine.reboot();
    return { machine, imp, [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose]() };
  }

  const restoreFrom = async (imp: PersistedImp, ...options: readonly string[]) => {
    const { exitCode, stderr } = await imp.run("restore", ...options);
    expect(exitCode).toBe(1);
    for (const path of lost) {
      expect(stderr).toContain(`error: source path does not exist: /persist/system${path}\n`);
    }
    expect(stderr.match(/^error: /gm)).toHaveLength(lost.length);
    expect(stderr).toContain("see whether its filesystem is mounted; `imp apply` creates it anew");
  };

  test("is reported by restore, which creates nothing, though the configuration has create_sources", async () => {
    await using system = await booted();
    const before = await fingerprint(system.machine, "/srv", "/etc", "/persist/system");
    await restoreFrom(system.imp);
    await restoreFrom(system.imp, "--dry-run");
    expect(await fingerprint(system.machine, "/srv", "/etc", "/persist/system")).toBe(before);
  });

  test("is left out by best effort, which brings up the rest; with it back, restore completes that", async () => {
    await using system = await booted();
    const { machine, imp } = system;
    await restoreFrom(imp, "--best-effort");
    expect(await machine.sh("ls /srv /srv/kept; ls /persist/system/srv /persist/system/etc")).toBe(
      "/srv:\nkept\n\n/srv/kept:\nname\n/persist/system/etc:\nelsewhere\n\n/persist/system/srv:\nelsewhere\nkept\n",
    );
    await machine.sh("cd /persist/system; mv srv/elsewhere srv/lost; mv etc/elsewhere etc/lost.conf");
    await imp.ok("restore");
    await imp.ok("verify");
  });

  test("is what verify says restore would refuse", async () => {
    await using system = await booted();
    const { exitCode, stdout } = await system.imp.run("verify");
    expect(exitCode).toBe(1);
    for (const path of lost) {
      expect(stdout).toContain(`its source /persist/system${path} does not exist`);
      expect(stdout).toContain(`restore would refuse: source path does not exist: /persist/system${path}`);
    }
    expect(stdout).not.toMatch(/restore would: create \w+ \/persist/);
  });

  test.each(["apply", "switch 1", "rollback"])("is created anew by %s", async (line) => {
    await using system = await booted();
    await system.imp.configure({ persistence: {} });
    await system.imp.ok("apply");
    if (line === "apply") await system.imp.configure(configuration);
    await system.imp.ok(...line.split(" "));
    expect(await system.machine.sh("ls /persist/system/srv /srv")).toContain("lost");
    await system.imp.ok("verify");
  });
});
