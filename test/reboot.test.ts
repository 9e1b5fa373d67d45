import { expect, test } from "bun:test";
import { startMachine } from "./machine/machine.ts";

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
