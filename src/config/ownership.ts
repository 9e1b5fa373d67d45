import type { Ownership, Principal } from "../model/manifest.ts";
import { parseMode } from "../model/mode.ts";
import type { Reader } from "./reader.ts";
import type { Located, OwnershipLayout } from "./schema.ts";
import { shown } from "./shown.ts";

/** The largest user or group number; the next one tells chown(2) to leave it as it is. */
const largestId = 0xffff_fffe;

/** Reads `user`, `group` and `mode`; what cannot be used is reported and left out. */
export function readOwnership(reader: Reader, layout: OwnershipLayout): Ownership {
  const user = layout.user && readPrincipal(reader, "user", layout.user);
  const group = layout.group && readPrincipal(reader, "group", layout.group);
  const mode = layout.mode && readMode(reader, layout.mode);
  return { ...(user && { user }), ...(group && { group }), ...(mode && { mode }) };
}

function readPrincipal(
  reader: Reader,
  kind: "user" | "group",
  { value, at }: Located<string | bigint>,
): Principal | null {
  const name = String(value);
  if (/^-?[0-9]+$/.test(name)) {
    const id = Number(name);
    if (id >= 0 && id <= largestId) return { name, id };
    return reader.refuse(
      at,
      `${shown(name)} cannot be the number of a ${kind}`,
      `use one from 0 to ${largestId}`,
    );
  }
  const help = `create the ${kind} before imp runs, correct the name, or write its number`;
  return (
    reader.accounts[kind](name) ??
    reader.refuse(at, `there is no ${kind} \`${shown(name)}\` on this system`, help)
  );
}

function readMode(reader: Reader, { value, at }: Located<string>): string | null {
  const mode = parseMode(value);
  if (mode.kind !== "invalid") return value;
  const help = 'write it in octal, as in "0750", or as chmod takes it, as in "u=rwx,g=rx,o="';
  return reader.refuse(at, `\`${shown(value)}\` is not a mode: ${mode.reason}`, help);
}
