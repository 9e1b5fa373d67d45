import { configJsonSchema } from "../../config/json-schema.ts";
import type { CommandContext, CommandResult } from "../context.ts";

/** `imp schema` */
export async function run(context: CommandContext): Promise<CommandResult> {
  const schema = configJsonSchema();
  context.out([JSON.stringify(schema, null, 2)]);
  context.json(() => ({ ok: true, command: "schema", schema }));
  return 0;
}
