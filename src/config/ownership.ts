import type { Ownership } from "../model/manifest.ts";
import { parseMode } from "../model/mode.ts";
import { type KeyPath, type Reader, type Site, shown, valueAt } from "./finding.ts";
import type { OwnershipLayout } from "./schema.ts";

/** The largest user or group number; the next one tells chown(2) to leave it as it is. */
const largestId = 0xffff_fffe;

/** Reads `user`, `group` and `mode` of the table at `path`; what cannot be used is reported and left out. */
export function readOwnership(reader: Reader, layout: OwnershipLayout, path: KeyPath): Ownership {
  const { user, group, mode } = layout;
  return {
    ...(user !== undefined && readPrincipal(reader, "user", user, path)),
    ...(group !== undefined && readPrincipal(reader, "group", group, path)),
    ...(mode !== undefined && readMode(reader, mode, valueAt([...path, "mode"]))),
  };
}

function readPrincipal(
  reader: Reader,
  kind: "user" | "group",
  value: string | bigint,
  path: KeyPath,
): Ownership | null {
  const at = valueAt([...path, kind]);
  const name = String(value);
  if (/^-?[0-9]+$/.test(name)) {
    const id = Number(name);
    if (id >= 0 && id <= largestId) return { [kind]: { name, id } };
    return reader.refuse(
      at,
      `${shown(name)} cannot be the number of a ${kind}`,
      `use one from 0 to ${largestId}`,
    );
  }
  const help = `create the ${kind} before imp runs, correct the name, or write its number`;
  const found = reader.accounts[kind](name);
  if (found !== null) return { [kind]: found };
  return reader.refuse(at, `there is no ${kind} \`${shown(name)}\` on this system`, help);
}

function readMode(reader: Reader, value: string, at: Site): Ownership | null {
  const mode = parseMode(value);
  if (mode.kind !== "invalid") return { mode: value };
  const help = 'write it in octal, as in "0750", or as chmod takes it, as in "u=rwx,g=rx,o="';
  return reader.refuse(at, `\`${shown(value)}\` is not a mode: ${mode.reason}`, help);
}
