import { parentOf } from "../model/path.ts";
import type { Step } from "../model/plan.ts";

/** Which paths a step is about. */

/** The path that a step changes. */
export function changedPath(step: Step): string {
  switch (step.kind) {
    case "copy-source":
    case "adopt-file":
      return step.to;
    case "mount":
    case "replace-mount":
    case "set-mount-options":
    case "set-hidden":
    case "unmount":
      return step.target;
    default:
      return step.path;
  }
}

/** All paths that a step is about. */
export function pathsOf(step: Step): string[] {
  switch (step.kind) {
    case "create-directory":
    case "create-file":
    case "set-access":
      return [step.path];
    case "copy-source":
      return [step.from, step.to];
    case "adopt-file":
      return [step.from, step.to, step.aside, step.backup];
    case "back-up":
    case "put-back":
      return [step.path, step.backup];
    case "mount":
    case "unmount":
      return [step.target, step.source];
    case "replace-mount":
      return [step.target, step.from.source, step.to.source];
    case "set-mount-options":
    case "set-hidden":
      return [step.target];
    case "link":
    case "unlink":
      return [step.path, step.text];
    case "replace-link":
      return [step.path, step.aside, step.from, step.to];
    case "exchange-for-link":
      return [step.path, step.backup, step.text];
    case "replace-file":
    case "unlink-to-copy":
      return [step.path, step.aside, step.text];
    case "set-aside":
      return [step.path, step.aside];
  }
}

/** The directories whose names or own attributes a step changes. */
export function changedDirectories(step: Step): readonly string[] {
  switch (step.kind) {
    case "mount":
    case "replace-mount":
    case "set-mount-options":
    case "set-hidden":
    case "unmount":
      return [];
    case "copy-source":
    case "adopt-file":
      return [parentOf(step.to)];
    case "create-directory":
    case "set-access":
      return [parentOf(step.path), step.path];
    default:
      return [parentOf(step.path)];
  }
}
