import type { Machine, RunOptions } from "./machine.ts";

/** A process of the machine that does nothing but live, until it is disposed of. */
export interface BusyProcess extends AsyncDisposable {
  readonly pid: number;
  /** True as long as the process has not ended. */
  isAlive(): boolean;
}

/** Starts a process that has `directory` as its working directory, so that a mount there is in use. */
export function processIn(machine: Machine, directory: string): Promise<BusyProcess> {
  return startWaiting(machine, ["sh", "-c", "echo ready; exec sleep infinity"], { cwd: directory });
}

/** Starts a process in a mount namespace of its own, in which the machine's mounts have the given propagation. */
export function processInNamespace(
  machine: Machine,
  propagation: "private" | "slave" | "shared",
): Promise<BusyProcess> {
  const script = "echo ready; exec sleep infinity";
  return startWaiting(
    machine,
    ["unshare", "--mount", `--propagation=${propagation}`, "sh", "-c", script],
    {},
  );
}

/** Starts a command that says something once it is ready, and then lives on. */
export async function startWaiting(
  machine: Machine,
  command: readonly string[],
  options: RunOptions,
): Promise<BusyProcess> {
  const child = machine.start(command, options);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  if (value === undefined) {
    throw new Error(`${command.join(" ")} did not start: ${await new Response(child.stderr).text()}`);
  }
  return {
    pid: child.pid,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
