import type { CommandContext, CommandResult } from "../context.ts";
import type { CommandInput } from "../program.ts";
import { bashScript } from "../render/completion/bash.ts";
import { fishScript } from "../render/completion/fish.ts";
import { zshScript } from "../render/completion/zsh.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `imp completion SHELL` */
export async function run(
  context: CommandContext,
  { shell }: CommandInput<"completion">,
): Promise<CommandResult> {
  const script = scripts[shell]();
  context.out([script.trimEnd()]);
  context.json(() => ({ ok: true, command: "completion", shell, script }));
  return 0;
}
