import { type BindMount, type Exported, type ExportFormat, exportMounts } from "../../boot/export.ts";
import { readMounts } from "../../linux/mountinfo.ts";
import { isMounted, type MountedEntry } from "../../model/manifest.ts";
import { type MountTable, mountTable, visibleMount } from "../../model/mount.ts";
import { parentsFirst } from "../../model/path.ts";
import { failure, type Problem } from "../../model/problem.ts";
import { onTop, optionsOf } from "../../plan/options.ts";
import { readGeneration, readIndex, withStore } from "../../state/store.ts";
import type { CommandContext, CommandResult } from "../context.ts";
import { writeExported } from "../exported-files.ts";
import type { CommandInput } from "../program.ts";
import { exportJson, exportLines, writtenLines } from "../render/export.ts";
import { stateLocation } from "../state-location.ts";

/** `imp export` */
export async function run(context: CommandContext, input: CommandInput<"export">): Promise<CommandResult> {
  const format = readFormat(input.format);
  const location = await stateLocation(context);
  const { number, manifest } = await withStore(location, (store) => {
    const { active } = readIndex(store);
    if (active === null) throw failure(1, "No active generation", "`imp apply` makes the first one");
    return readGeneration(store, active);
  });
  const mounts = mountTable(readMounts());
  const exported = exportMounts(
    format,
    manifest.entries
      .filter(isMounted)
      .sort((left, right) => parentsFirst(left.target, right.target))
      .map((entry) => bindMount(entry, mounts)),
    manifest.entries.filter((entry) => entry.kind === "linked-file"),
  );
  context.report(unfitProblems(exported, format));
  if (input.output === null) context.out(exportLines(exported, format));
  else context.out(writtenLines(writeExported(exported, input.output, context.workingDirectory)));
  context.json(() => exportJson(number, format, exported));
  return exported.unfit.length === 0 ? 0 : 1;
}

function readFormat(format: string | null): ExportFormat {
  if (format === "fstab" || format === "systemd") return format;
  const message = format === null ? "--format is missing" : `there is no format \`${format}\``;
  throw failure(2, message, "write `--format fstab` or `--format systemd`");
}

/**
 * With options of its own, a mount of mount(8) has those and no others, so what the source's mount has is added; without
 * any it has those anyway.
 */
function bindMount(entry: MountedEntry, mounts: MountTable): BindMount {
  const { source, target, hidden } = entry;
  const inherited = optionsOf(visibleMount(mounts, source));
  const options = entry.options.length === 0 ? [] : onTop(inherited, entry.options);
  return { source, target, options, hidden, what: entry.kind === "directory" ? "directory" : "file" };
}

function unfitProblems({ unfit }: Exported, format: string): Problem[] {
  return unfit.map((target) => ({
    severity: "error",
    message: `${target} is left out: its path can't be written for ${format}`,
    help: "`imp service install` restores it at boot",
  }));
}
