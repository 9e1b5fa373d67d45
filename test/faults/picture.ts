import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Machine } from "../machine/machine.ts";
import { folders, rescuedCopies, stateDirectory, steadyTargets } from "./world.ts";

/** Where the machine's root filesystem can be seen without what is mounted on it; see `stage.ts`. */
export const beneathMounts = "/beneath";

/** What is younger was made by a command: `world.ts` gives everything else a time long ago. */
const youngSince = Date.parse("2021-01-01");

interface SeenObject {
  readonly path: string;
  readonly type: string;
  /** Of a file, in the whole machine. */
  readonly inode: string | null;
  /** All else that counts. */
  readonly facts: string;
}

interface SeenMount {
  readonly id: string;
  readonly place: string;
  readonly facts: string;
}

/** All of a machine that a command could have changed, the mounts and what they hide included. */
export interface Picture {
  readonly mounts: readonly SeenMount[];
  readonly objects: readonly SeenObject[];
  /** The bytes of `generations.json`. */
  readonly index: string | null;
  /** The names in the state directory and in its folder of generations. */
  readonly stateNames: readonly string[];
}

export async function takePicture(machine: Machine): Promise<Picture> {
  const objects: SeenObject[] = [];
  for (const folder of folders) {
    const top = folder === "/persist" ? folder : `${beneathMounts}${folder}`;
    lookAt(machine.outside(top), folder, objects);
  }
  const stateNames = namesIn(machine.outside(stateDirectory)).flatMap((name) =>
    name === "generations"
      ? namesIn(machine.outside(`${stateDirectory}/${name}`)).map((inner) => `generations/${inner}`)
      : [name],
  );
  return {
    mounts: mountsOf(await machine.mountInfo()),
    objects,
    index: contentOf(machine.outside(`${stateDirectory}/generations.json`)),
    stateNames: stateNames.sort(),
  };
}

function lookAt(outside: string, path: string, objects: SeenObject[]): void {
  const stat = lstatSync(outside, { throwIfNoEntry: false, bigint: true });
  if (stat === undefined || path === stateDirectory) return;
  const access = `${(stat.mode & 0o7777n).toString(8)} ${stat.uid}:${stat.gid}`;
  if (stat.isDirectory()) {
    objects.push({ path, type: "directory", inode: null, facts: access });
    for (const name of namesIn(outside)) lookAt(`${outside}/${name}`, `${path}/${name}`, objects);
  } else if (stat.isSymbolicLink()) {
    const facts = `${stat.uid}:${stat.gid} to ${readlinkSync(outside)}`;
    objects.push({ path, type: "link", inode: null, facts });
  } else {
    const time = stat.mtimeMs > youngSince ? "young" : new Date(Number(stat.mtimeMs)).toISOString();
    const content = stat.isFile() ? Bun.hash(readFileSync(outside)).toString(16) : "";
    const facts = `${access}, ${stat.nlink} links, ${stat.size} bytes ${content}, ${time}`;
    const type = stat.isFile() ? "file" : "special";
    objects.push({ path, type, inode: `${stat.dev}:${stat.ino}`, facts });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** Mounts that all machines share. */
const hosts = /^\/(dev|proc|usr)(\/|$)/;

/** Where each mount is, what it shows and how, and on what it lies. Devices count by the first place that shows them. */
function mountsOf(mountInfo: string): SeenMount[] {
  const lines = mountInfo.trimEnd().split("\n");
  const places = new Map(lines.map((line) => [line.split(" ")[0], line.split(" ")[4]]));
  const devices = new Map<string, string>();
  return lines.flatMap((line) => {
    const [fields = "", filesystem = ""] = line.split(" - ");
    const [id = "", parent = "", device = "", root = "", place = "", options, ...propagation] =
      fields.split(" ");
    if (!devices.has(device)) devices.set(device, place);
    const how = [options, ...propagation.map((tag) => tag.replace(/:\d+$/, ""))].join(" ");
    const shown = `${root.replace(/^.*\/imp-machine-[^/]+/, "")} of ${devices.get(device)}'s filesystem`;
    const facts = `on ${places.get(parent)}: ${shown} (${filesystem.split(" ")[0]}), ${how}`;
    return hosts.test(place) ? [] : [{ id, place, facts }];
  });
}

/**
 * The picture as lines that are equal for equal systems. A file counts as the one that had the same inode in `origin`,
 * so that a copy never passes for the original; directories and links may have been made anew.
 */
export function linesOf(picture: Picture, origin: Picture): string[] {
  const before = new Map(origin.objects.map(({ inode, path }) => [inode, path]));
  const mounts = picture.mounts.map(({ place, facts }) => `mount at ${place} ${facts}`);
  const objects = picture.objects.map(({ path, type, inode, facts }) => {
    const history = inode === null ? "" : ` (${before.get(inode) ?? "new"})`;
    return `${path}: ${type}${history} ${facts}`;
  });
  return [...mounts.sort(), ...objects, ...indexLines(picture)].map(withoutTimes);
}

/** What of a picture outlives a reboot, to be the origin of pictures after it: other inodes may get the same numbers. */
export function persistentPart(picture: Picture): Picture {
  return { ...picture, objects: picture.objects.filter(({ path }) => path.startsWith("/persist")) };
}

/** The lines but those of copies whose originals a reboot threw away: of these even a part is worth more than nothing. */
export function withoutRescued(lines: readonly string[]): string[] {
  return lines.filter((line) => !rescuedCopies.some((path) => line.startsWith(path)));
}

/** Names of backups tell when they were made. */
function withoutTimes(line: string): string {
  return line.replaceAll(/\.backup\.\d{8}_\d{6}/g, ".backup.TIME");
}

/**
 * What the index says, without what differs from run to run: times, inodes, the serial and the checksum. A killed command may leave
 * the file of a generation that no index lists; the next one of that number replaces it.
 */
function indexLines({ index, stateNames }: Picture): string[] {
  if (index === null) return ["no index"];
  const missing: string[] = [];
  const content: unknown = JSON.parse(index, (key, value: unknown) => {
    if (key === "number" && !stateNames.includes(`generations/${value}.json`)) missing.push(`${value}`);
    return ["identity", "createdAt", "serial", "checksum"].includes(key) ? undefined : value;
  });
  return [`index ${JSON.stringify(content)}`, ...missing.map((number) => `no file of generation ${number}`)];
}

/** The steady mounts of `origin` that are not there any more: others may be in their places. */
export function lostSteadyMounts(picture: Picture, origin: Picture): string[] {
  const ids = new Map(picture.mounts.map(({ id, place }) => [id, place]));
  return origin.mounts
    .filter(({ id, place }) => steadyTargets.includes(place) && ids.get(id) !== place)
    .map(({ place }) => place);
}

/** The number of the active generation, or null. */
export function activeGeneration({ index }: Picture): number | null {
  if (index === null) return null;
  const content: unknown = JSON.parse(index);
  const isNumbered = typeof content === "object" && content !== null && "active" in content;
  return isNumbered && typeof content.active === "number" ? content.active : null;
}

/** Names of imp's that only a command at work may have. */
export function temporaryNames({ objects, stateNames }: Picture): string[] {
  const paths = [...objects.map(({ path }) => path), ...stateNames];
  return paths.filter((path) => /(^|\/)\.imp-|\.kept$/.test(path));
}

/** The lines that only one of two pictures has, for people. */
export function difference(wanted: readonly string[], found: readonly string[]): string {
  const [wantedLines, foundLines] = [new Set(wanted), new Set(found)];
  return [
    ...wanted.filter((line) => !foundLines.has(line)).map((line) => `- ${line}`),
    ...found.filter((line) => !wantedLines.has(line)).map((line) => `+ ${line}`),
  ].join("\n");
}

export function isEqual(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}
