import { lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ConfigurationText, configurationText } from "../machine/configuration.ts";
import { unmountLeftovers } from "../machine/leftovers.ts";
import type { Machine } from "../machine/machine.ts";
import { file, home, startArena, store, user } from "./arena.ts";
import { startAttacker } from "./attack.ts";
import { entriesAt, folder, layOut, nothing, persisting } from "./layout.ts";
import { times } from "./scenario.ts";

/** Programs that save a file by renaming a new one over what is there, while imp moves or removes that. */

export interface Saving {
  readonly name: string;
  /** What is in place before the command that races, and after it. */
  readonly before: (entries: number) => ConfigurationText;
  readonly after: (entries: number) => ConfigurationText;
  /** What regular files hold that stand at the targets at first. */
  readonly stands?: string;
}

const stored = "stored\n";
const mine = "mine\n";

const links = (entries: number) => persisting({ files: entriesAt("f")(entries) });
const linksWithBackup = (entries: number) => persisting({ files: entriesAt("f")(entries) }, { backup: true });
const bound = (entries: number) =>
  persisting({ files: entriesAt("f", (path) => ({ file: path, method: "bind" }))(entries) });
const boundWithBackup = (entries: number) =>
  persisting(
    { files: entriesAt("f", (path) => ({ file: path, method: "bind" }))(entries) },
    { backup: true },
  );

export const savings: readonly Saving[] = [
  { name: "unlink", before: links, after: nothing },
  { name: "unlink, leaving a copy", before: links, after: nothing, stands: stored },
  {
    name: "a link to another source",
    before: links,
    after: (entries) => ({ persistence: { [`${store}/two`]: { files: entriesAt("f")(entries) } } }),
  },
  { name: "a link for a file of the same content", before: nothing, after: links, stands: stored },
  {
    name: "a link for a file, which becomes a backup",
    before: nothing,
    after: linksWithBackup,
    stands: mine,
  },
  { name: "unlink, and a backup comes back", before: linksWithBackup, after: nothing, stands: mine },
  {
    name: "a bound file for a file, which becomes a backup",
    before: nothing,
    after: boundWithBackup,
    stands: mine,
  },
  { name: "a bound file goes", before: bound, after: nothing },
  {
    name: "a bound file goes, and a backup comes back",
    before: boundWithBackup,
    after: nothing,
    stands: mine,
  },
];

export interface SavingCounts {
  readonly name: string;
  rounds: number;
  /** Files saved by programs. */
  saves: number;
  /** Commands that succeeded; the others were refused. */
  done: number;
}

const saved = "saved\n";
const config = "/persist/imp.toml";
const state = "/persist/imp";

/** @throws Error if a file that a program saved is gone */
export async function runSaving(
  saving: Saving,
  entries: number,
  milliseconds: number,
): Promise<SavingCounts> {
  const counts: SavingCounts = { name: saving.name, rounds: 0, saves: 0, done: 0 };
  await using machine = await startArena();
  layOut(machine, entries, (_entry, target, source) => {
    for (const place of [`${source}/f`, `${store}/two${target}/f`]) file(machine, place, stored);
  });
  const attacker = await startAttacker(machine, user);
  const apply = async (configuration: ConfigurationText) => {
    await machine.write(config, configurationText(configuration));
    return machine.imp("apply", "--config", config, "--state-dir", state);
  };
  const pairs = times(entries, (entry) => [`${folder(entry)}/f`, `${folder(entry)}/t`] as const);
  const end = performance.now() + milliseconds;
  do {
    await begin(machine, saving, entries);
    const { exitCode, stderr } = await apply(saving.before(entries));
    if (exitCode !== 0) throw new Error(stderr);
    // From one end of the command to the other, whatever that takes on this machine.
    const hold = 25 * 2 ** (counts.rounds % 6);
    const order = { pairs, window: 1, hold, after: `${state}/journal.json`, saves: true };
    const { result, tally } = await attacker.during(order, () => apply(saving.after(entries)));
    counts.rounds += 1;
    counts.saves += tally.swaps;
    if (result.exitCode === 0) counts.done += 1;
    const lost = times(entries, folder).filter((path) => !isKept(machine, path));
    if (lost.length > 0)
      throw new Error(`${saving.name}: what was saved in ${lost} is gone: ${result.stderr}`);
  } while (performance.now() < end);
  await attacker.end();
  return counts;
}

/** Starts anew: nothing of imp's, and a file in each directory that is going to be saved. */
async function begin(machine: Machine, saving: Saving, entries: number): Promise<void> {
  await unmountLeftovers(machine, home);
  rmSync(machine.outside(state), { recursive: true, force: true });
  for (const path of times(entries, folder)) {
    for (const name of readdirSync(machine.outside(path))) {
      rmSync(join(machine.outside(path), name), { recursive: true });
    }
    file(machine, `${path}/t`, saved);
    if (saving.stands !== undefined) file(machine, `${path}/f`, saving.stands);
  }
}

/** True if the file was not saved yet, or is there under a name that its user would look at. */
function isKept(machine: Machine, path: string): boolean {
  const place = machine.outside(path);
  const names = readdirSync(place).filter((name) => !name.startsWith(".imp-"));
  return names.some((name) => {
    const found = join(place, name);
    return lstatSync(found).isFile() && readFileSync(found, "utf8") === saved;
  });
}
