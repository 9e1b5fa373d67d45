import type { Mount } from "../model/mount.ts";
import { asCharacters, escapeName, unescapeName } from "./path-encoding.ts";

/**
 * The text of `/run/mount/utab`, where libmount keeps what the kernel does not: options for programs. Its format, and
 * which mount a line is about, are those of libmount's `tab_update.c` and `tab_parse.c` (util-linux 2.38 to 2.42):
 *
 *     ID=36 SRC=/dev/sda1 TARGET=/var/log ROOT=/system/var/log BINDSRC=/persist/system/var/log OPTS=x-gvfs-hide
 *
 * with `ID` since 2.39 only, and `UNIQID` since 2.41. The fields are in any order, and unknown ones are passed over.
 */

const hideOption = "x-gvfs-hide";

interface UtabLine {
  /** As it stands in the file, one character per byte. */
  readonly text: string;
  /** Null where the line was written by a libmount that does not note it. */
  readonly id: number | null;
  readonly from: string | null;
  readonly mountPoint: string | null;
  readonly root: string | null;
  readonly source: string | null;
  readonly options: readonly string[];
}

function parseLine(text: string): UtabLine {
  const fields = new Map<string, string>();
  for (const field of text.split(" ")) {
    const end = field.indexOf("=");
    const name = field.slice(0, end);
    // The first one of a name counts.
    if (end > 0 && !fields.has(name)) fields.set(name, field.slice(end + 1));
  }
  const named = (name: string) => {
    const value = fields.get(name);
    return value === undefined ? null : unescapeName(value);
  };
  const id = fields.get("ID");
  return {
    text,
    id: id === undefined ? null : Number(id),
    from: named("SRC"),
    mountPoint: named("TARGET"),
    root: named("ROOT"),
    source: named("BINDSRC"),
    options: fields.get("OPTS")?.split(",") ?? [],
  };
}

/** True if libmount takes what the line says for options of this mount. */
function isAbout(line: UtabLine, mount: Mount): boolean {
  if (line.mountPoint !== mount.mountPoint || line.root === null || line.from === null) return false;
  if (line.id !== null && line.id > 0) return line.id === mount.id;
  return line.root === mount.root && line.from === mount.from;
}

function hides({ options }: UtabLine): boolean {
  return options.includes(hideOption);
}

/** Tells of a mount whether file managers are asked not to show it. */
export function hiddenMounts(bytes: Uint8Array): (mount: Mount) => boolean {
  const lines = asCharacters(bytes).split("\n").map(parseLine).filter(hides);
  const byPoint = Map.groupBy(lines, ({ mountPoint }) => mountPoint);
  return (mount) => byPoint.get(mount.mountPoint)?.some((line) => isAbout(line, mount)) ?? false;
}

/** True if the file hides anything at all. */
export function mentionsHiding(bytes: Uint8Array): boolean {
  return asCharacters(bytes).includes(hideOption);
}

/** What is to be the case at one mount point. */
export interface Visibility {
  readonly mountPoint: string;
  /** What is mounted there; null if nothing of the entry's is any more. */
  readonly mount: Mount | null;
  readonly hidden: boolean;
  /** What the entry's mounts have shown: lines that imp wrote of these go with them. */
  readonly sources: readonly string[];
}

/**
 * The text with one option more, or less, in the lines that are about certain mounts. No other line changes, and in
 * those nothing but that option; a line that is left without any says nothing, and goes.
 *
 * A line of imp's own has no `ID`: all versions of libmount find its mount by the other fields, and the ids of mounts
 * that are gone are given to new ones.
 * @param text one character per byte
 * @param mountsAt all mounts at a mount point, covered ones too
 */
export function withVisibility(
  text: string,
  wishes: readonly Visibility[],
  mountsAt: (mountPoint: string) => readonly Mount[],
): string {
  const byPoint = new Map(wishes.map((wish) => [wish.mountPoint, wish]));
  const met = new Set<Visibility>();
  const kept = text.split("\n").flatMap((line) => {
    if (line === "") return [];
    const parsed = parseLine(line);
    const wish = byPoint.get(parsed.mountPoint ?? "");
    if (wish === undefined) return [line];
    if (wish.mount !== null && isAbout(parsed, wish.mount)) {
      if (!wish.hidden) return withoutOption(parsed);
      met.add(wish);
      return [withOption(parsed)];
    }
    const isOwn = parsed.id === null && parsed.source !== null && wish.sources.includes(parsed.source);
    const isStale = isOwn && !mountsAt(wish.mountPoint).some((mount) => isAbout(parsed, mount));
    return isStale ? withoutOption(parsed) : [line];
  });
  const added = wishes.flatMap((wish) =>
    wish.hidden && wish.mount !== null && !met.has(wish) ? [newLine(wish.mount, wish.sources)] : [],
  );
  return [...kept, ...added].map((line) => `${line}\n`).join("");
}

function withOption(line: UtabLine): string {
  if (hides(line)) return line.text;
  const options = [...line.options, hideOption].join(",");
  return line.options.length > 0 ? withOptions(line, options) : `${line.text.trimEnd()} OPTS=${options}`;
}

function withoutOption(line: UtabLine): string[] {
  if (!hides(line)) return [line.text];
  const options = line.options.filter((option) => option !== hideOption).join(",");
  if (options !== "") return [withOptions(line, options)];
  return / ATTRS=/.test(line.text) ? [line.text.replace(/ ?\bOPTS=[^ ]*/, "")] : [];
}

function withOptions({ text }: UtabLine, options: string): string {
  return text.replace(/(^| )OPTS=[^ ]*/, (_, space: string) => `${space}OPTS=${options}`);
}

function newLine({ from, mountPoint, root }: Mount, sources: readonly string[]): string {
  const names = { SRC: from, TARGET: mountPoint, ROOT: root, BINDSRC: sources.at(-1) ?? "" };
  const fields = Object.entries(names).map(([name, value]) => `${name}=${escapeName(value)}`);
  return [...fields, `OPTS=${hideOption}`].join(" ");
}
