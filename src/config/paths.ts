import { isLonger, longestPath, readPath, tooLong } from "./absolute-path.ts";
import { type Reader, type Site, shown } from "./finding.ts";

/** At or below the kernel's own filesystems: what appears there cannot be kept, and mounts there break the system. */
const withinKernelDirectory = /^\/(?:proc|sys|dev)(?=\/|$)/;

/** Reads the path of a persistence root or of the state directory, which `what` names. */
export function readOwnPath(reader: Reader, what: string, value: string, at: Site): string | null {
  const reading = readPath(value);
  if (reading.kind === "refused") {
    return reader.refuse(
      at,
      `${what}${value === "" ? "" : ` \`${shown(value)}\``} ${reading.reason}`,
      reading.help,
    );
  }
  if (reading.path !== "/") return reading.path;
  return reader.refuse(at, `${what} cannot be \`/\``, "name a directory on a filesystem that persists");
}

/** Reads where an entry appears. */
export function readTarget(reader: Reader, value: string, at: Site): string | null {
  const reading = readPath(value);
  if (reading.kind === "refused") {
    const subject = value === "" ? "the path" : `\`${shown(value)}\``;
    return reader.refuse(at, `${subject} ${reading.reason}`, reading.help);
  }
  const { path } = reading;
  if (path === "/") return reader.refuse(at, "`/` cannot be a target", "name what is to persist below it");
  const kernelDirectory = withinKernelDirectory.exec(path)?.[0];
  if (kernelDirectory === undefined) return path;
  const message = `${shown(path)} cannot be a target: ${kernelDirectory} belongs to the kernel`;
  return reader.refuse(at, message, "leave it out; the kernel makes it anew at every boot");
}

/** Where the entry of that target is stored. */
export function readSource(reader: Reader, root: string, target: string, at: Site): string | null {
  const source = root + target;
  if (!isLonger(source, longestPath)) return source;
  const { reason, help } = tooLong();
  return reader.refuse(at, `the source of ${shown(target)} ${reason}`, help);
}
