import { formatMode } from "../../model/mode.ts";
import type { Access } from "../../model/object.ts";
import type { Action, MountedSource, MountOptions } from "../../model/plan.ts";
import { printable } from "./printable.ts";

/** A step as a verb in its plain form, and what it is done to. */
export interface StepWords {
  readonly verb: string;
  readonly rest: string;
}

/** What the step does, as it fits after "would": `mount /var/log ← /mnt/persist/system/var/log`. */
export function describeStep(step: Action): string {
  const { verb, rest } = stepWords(step);
  return `${verb} ${rest}`;
}

export function stepWords(step: Action): StepWords {
  switch (step.kind) {
    case "create-directory":
      return { verb: "create directory", rest: `${printable(step.path)} (${accessWords(step.access)})` };
    case "create-file":
      return { verb: "create file", rest: `${printable(step.path)} (${accessWords(step.access)})` };
    case "copy-source":
      return { verb: "copy", rest: `${printable(step.from)} → ${printable(step.to)}` };
    case "adopt-file":
      return {
        verb: "adopt",
        rest: `${printable(step.from)} → ${printable(step.to)}, keeping the old one as ${printable(step.backup)}`,
      };
    case "set-access":
      return accessChange(step.path, step.from, step.to);
    case "back-up":
      return { verb: "back up", rest: `${printable(step.path)} → ${printable(step.backup)}` };
    case "put-back":
      return { verb: "put back", rest: `${printable(step.backup)} → ${printable(step.path)}` };
    case "mount":
      return {
        verb: "mount",
        rest: `${printable(step.target)} ← ${printable(step.source)}${inBrackets(step)}`,
      };
    case "replace-mount":
      return {
        verb: "remount",
        rest: `${printable(step.target)} ← ${printable(step.to.source)}${inBrackets(step.to)}, was ${printable(step.from.source)}`,
      };
    case "set-mount-options":
      return {
        verb: "set options",
        rest: `${printable(step.target)}: ${optionWords(step.from)} → ${optionWords(step.to)}`,
      };
    case "set-hidden":
      return { verb: step.hidden ? "hide" : "show", rest: printable(step.target) };
    case "unmount":
      return { verb: "unmount", rest: printable(step.target) };
    case "link":
      return { verb: "link", rest: `${printable(step.path)} → ${printable(step.text)}` };
    case "replace-link":
      return {
        verb: "relink",
        rest: `${printable(step.path)} → ${printable(step.to)}, was ${printable(step.from)}`,
      };
    case "exchange-for-link":
      return {
        verb: "link",
        rest: `${printable(step.path)} → ${printable(step.text)}, keeping the old one as ${printable(step.backup)}`,
      };
    case "replace-file":
      return {
        verb: "link",
        rest: `${printable(step.path)} → ${printable(step.text)}, instead of a file with the same content`,
      };
    case "unlink":
      return { verb: "unlink", rest: printable(step.path) };
    case "unlink-to-copy":
      return { verb: "unlink", rest: `${printable(step.path)}, leaving a copy of ${printable(step.from)}` };
    case "set-aside":
      return { verb: `remove ${step.what}`, rest: printable(step.path) };
    case "remove-directory":
      return { verb: "remove directory", rest: printable(step.path) };
    case "remove-file":
    case "discard-file":
      return { verb: "remove file", rest: printable(step.path) };
  }
}

function accessChange(path: string, from: Access, to: Access): StepWords {
  const owner = from.uid !== to.uid || from.gid !== to.gid;
  const mode = from.mode !== to.mode;
  const changes = [
    ...(owner ? [`${from.uid}:${from.gid} → ${to.uid}:${to.gid}`] : []),
    ...(mode ? [`${formatMode(from.mode)} → ${formatMode(to.mode)}`] : []),
  ];
  const verb = owner && mode ? "set owner and mode" : owner ? "set owner" : "set mode";
  return { verb, rest: `${printable(path)}: ${changes.join(", ")}` };
}

function accessWords({ uid, gid, mode }: Access): string {
  return `owner ${uid}:${gid}, mode ${formatMode(mode)}`;
}

/** Every mount is relatime unless something else is asked for, so that need not be said each time. */
function inBrackets({ options, hidden }: Omit<MountedSource, "source">): string {
  const telling = [...options.filter((option) => option !== "relatime"), ...(hidden ? ["hidden"] : [])];
  return telling.length === 0 ? "" : ` (${telling.join(",")})`;
}

function optionWords(options: MountOptions): string {
  return options.length === 0 ? "none" : options.join(",");
}

type JsonAccess = { readonly uid: number; readonly gid: number; readonly mode: string };

/** A step as data. What it does not need is null. */
export type JsonStep = {
  readonly kind: Action["kind"];
  /** The target of the entry that wants it. */
  readonly entry: string;
  /** What it changes. */
  readonly path: string;
  /** What comes to stand there: what is mounted, copied or put back, or the text of a link. */
  readonly from: string | null;
  /** Where what stood there is kept. */
  readonly backup: string | null;
  readonly options: readonly string[] | null;
  /** Whether file managers are asked not to show the mount. */
  readonly hidden: boolean | null;
  readonly access: JsonAccess | null;
  readonly description: string;
};

export function stepJson(step: Action): JsonStep {
  return {
    kind: step.kind,
    entry: step.serves,
    from: null,
    backup: null,
    options: null,
    hidden: null,
    access: null,
    ...stepFields(step),
    description: describeStep(step),
  };
}

type StepFields = Pick<JsonStep, "path"> &
  Partial<Pick<JsonStep, "from" | "backup" | "options" | "hidden" | "access">>;

function stepFields(step: Action): StepFields {
  switch (step.kind) {
    case "create-directory":
    case "create-file":
      return { path: step.path, access: accessJson(step.access) };
    case "copy-source":
      return { path: step.to, from: step.from };
    case "adopt-file":
      return { path: step.to, from: step.from, backup: step.backup, access: accessJson(step.access) };
    case "set-access":
      return { path: step.path, access: accessJson(step.to) };
    case "back-up":
      return { path: step.path, backup: step.backup };
    case "put-back":
      return { path: step.path, from: step.backup };
    case "mount":
      return { path: step.target, from: step.source, options: step.options, hidden: step.hidden };
    case "replace-mount":
      return {
        path: step.target,
        from: step.to.source,
        options: step.to.options,
        hidden: step.to.hidden,
      };
    case "set-mount-options":
      return { path: step.target, options: step.to };
    case "set-hidden":
      return { path: step.target, hidden: step.hidden };
    case "link":
    case "replace-file":
      return { path: step.path, from: step.text };
    case "exchange-for-link":
      return { path: step.path, from: step.text, backup: step.backup };
    case "replace-link":
      return { path: step.path, from: step.to };
    case "unmount":
      return { path: step.target };
    case "unlink-to-copy":
      return { path: step.path, from: step.from, access: accessJson(step.access) };
    case "unlink":
    case "set-aside":
    case "remove-directory":
    case "remove-file":
    case "discard-file":
      return { path: step.path };
  }
}

function accessJson({ uid, gid, mode }: Access): JsonAccess {
  return { uid, gid, mode: formatMode(mode) };
}
