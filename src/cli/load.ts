import type { ParsedInput } from "./arguments.ts";
import type { CommandContext, CommandResult } from "./context.ts";
import type { CommandInput, CommandName } from "./program.ts";

/** What `commands/NAME.ts` exports. */
export interface CommandModule<Name extends CommandName> {
  readonly run: (
    context: CommandContext,
    input: CommandInput<Name>,
  ) => CommandResult | Promise<CommandResult>;
}

/** Each command is loaded when it runs, so that `imp list` does not wait for what only `imp apply` needs. */
const modules: { readonly [Name in CommandName]: () => Promise<CommandModule<Name>> } = {
  apply: () => import("./commands/apply.ts"),
  list: () => import("./commands/list.ts"),
  show: () => import("./commands/show.ts"),
  switch: () => import("./commands/switch.ts"),
  rollback: () => import("./commands/rollback.ts"),
  delete: () => import("./commands/delete.ts"),
  verify: () => import("./commands/verify.ts"),
  current: () => import("./commands/current.ts"),
  restore: () => import("./commands/restore.ts"),
  export: () => import("./commands/export.ts"),
  service: () => import("./commands/service.ts"),
  diff: () => import("./commands/diff.ts"),
  schema: () => import("./commands/schema.ts"),
  completion: () => import("./commands/completion.ts"),
};

/** Runs a command with the input that was parsed for it. */
export async function start<Name extends CommandName>(
  name: Name,
  context: CommandContext,
  input: ParsedInput,
): Promise<CommandResult> {
  const command = await modules[name]();
  // `arguments.ts` filled it by the same table that the type is made of.
  return command.run(context, input as CommandInput<Name>);
}
