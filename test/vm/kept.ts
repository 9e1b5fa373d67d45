import { adoptionName, serviceName } from "../../src/boot/service-unit.ts";
import { type ConfigurationText, configurationText } from "../machine/configuration.ts";
import { hostOutput } from "./host.ts";
import type { FilesOptions } from "./machine-files.ts";
import type { VirtualMachine } from "./virtual-machine.ts";

/** What the machine of most tests keeps. */
export const kept = {
  directories: ["/var/log", "/var/lib/counter", "/srv/site"],
  files: [
    "/etc/machine-id",
    "/etc/ssh/ssh_host_ed25519_key",
    "/etc/ssh/ssh_host_ed25519_key.pub",
    "/etc/proof/token",
  ],
} as const;

/** The configurations of that machine: in the second one, the site comes from another root. */
const first: ConfigurationText = {
  state_dir: "/persist/imp",
  persistence: { "/persist/system": kept },
};
const second: ConfigurationText = {
  ...first,
  persistence: {
    "/persist/system": { ...kept, directories: ["/var/log", "/var/lib/counter"] },
    "/persist/other": { directories: ["/srv/site"] },
  },
};

/** Only once imp has kept something: at the first boot there is nothing yet. */
const sinceKept = "ConditionPathExists=/persist/imp/generations.json";

/** Needs a kept file as early as local-fs.target, before most of the system. */
const proof = `[Unit]
DefaultDependencies=no
After=local-fs.target
Before=sysinit.target
${sinceKept}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=grep -q proof /etc/proof/token

[Install]
WantedBy=sysinit.target
`;

/** Adds a row to its database at every boot. */
const counter = `[Unit]
${sinceKept}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=sqlite3 -bail /var/lib/counter/rows.db "insert into boots values (datetime())"

[Install]
WantedBy=multi-user.target
`;

/** A machine on which programs replace a file, and whose mounts file managers are not to show. */
export const replacingMachine: FilesOptions = {
  files: {
    "/etc/imp/imp.toml": configurationText({
      state_dir: "/persist/imp",
      persistence: {
        "/persist/system": {
          hideMounts: true,
          directories: ["/srv/site"],
          files: [{ file: "/etc/settings", adopt_replaced: true }],
        },
      },
    }),
    "/etc/settings": "of the image\n",
  },
};

/** The machine of most tests. */
export const keptMachine: FilesOptions = {
  files: {
    "/etc/imp/imp.toml": configurationText(first),
    "/etc/imp/second.toml": configurationText(second),
    "/etc/systemd/system/proof.service": proof,
    "/etc/systemd/system/counter.service": counter,
  },
  // systemd reads it before it starts any unit, so the image has the link already.
  links: { "/etc/machine-id": "/persist/system/etc/machine-id" },
  enable: ["proof.service", "counter.service"],
};

/** A first boot: what is at the targets then becomes the first generation. */
export async function keepAll(machine: VirtualMachine): Promise<void> {
  await machine.sh(`
    mkdir -p /etc/proof /var/lib/counter /srv/site
    echo proof >/etc/proof/token
    echo first >/srv/site/index.html
    ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
    sqlite3 /var/lib/counter/rows.db 'create table boots (at); insert into boots values (datetime());'
    imp apply --skip-validation
    # The journal has its files open that are below the mount now.
    systemctl restart systemd-journald
    journalctl --flush
    echo forgotten >/srv/forgotten
  `);
}

/** Has imp install its units, and puts them into the files which the machine's next root is made of. */
export async function installService(machine: VirtualMachine, files: string): Promise<void> {
  await machine.sh("imp service install");
  const names = await machine.sh(
    `cd /etc/systemd/system; ls ${serviceName} ${adoptionName} 2>/dev/null || :`,
  );
  for (const unit of names.trim().split("\n")) {
    const path = `/etc/systemd/system/${unit}`;
    await Bun.write(`${files}${path}`, await machine.sh(`cat ${path}`));
    hostOutput(["systemctl", `--root=${files}`, "--quiet", "enable", unit]);
  }
}

/** When a unit began and ended to start, in microseconds since the kernel's start. */
export async function startOf(
  machine: VirtualMachine,
  unit: string,
): Promise<{ readonly began: number; readonly ended: number }> {
  const shown = await machine.sh(
    `systemctl show --property=InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic ${unit}`,
  );
  const time = (property: string) => Number(new RegExp(`^${property}=(\\d+)$`, "m").exec(shown)?.[1] ?? 0);
  return { began: time("InactiveExitTimestampMonotonic"), ended: time("ActiveEnterTimestampMonotonic") };
}
