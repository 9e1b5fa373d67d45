/** What a program of the test's own machine printed; throws if it fails. */
export function hostOutput(command: readonly string[]): string {
  const { success, stdout, stderr } = Bun.spawnSync([...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  if (!success) throw new Error(`${command.join(" ")}: ${stdout}${stderr}`);
  return stdout.toString();
}
