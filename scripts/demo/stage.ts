import { existsSync, readFileSync, statSync } from "node:fs";

/*
 * The stage is a directory that everybody has and nobody needs for the moment. This script runs itself once more in
 * a mount namespace of its own, and mounts a tmpfs there, which nobody else sees. Both end with the last process in
 * the namespace, however that ends, so there is nothing to clean up.
 */

const variable = "IMP_DEMO_STAGE";
const mountName = `imp-demo-${process.pid}`;

/** The stage that this process stands on, or null if it does not stand on one yet. */
export function insideStage(): string | null {
  return process.env[variable] ?? null;
}

/** A directory to use as the stage. What is needed must not lie below it. */
export function findStage(needed: readonly string[]): string {
  const hidden = [process.execPath, ...needed];
  const usable = (directory: string) =>
    existsSync(directory) &&
    statSync(directory).isDirectory() &&
    !hidden.some((path) => path === directory || path.startsWith(`${directory}/`));
  return ["/mnt", "/media", "/srv", "/tmp"].find(usable) ?? "/sys";
}

const setup = `
mount -t tmpfs -o mode=755 "$1" "$2" || exit 99
shift 2
exec setpriv --pdeathsig KILL "$@"
`;
const setupFailed = 99;

/**
 * Runs a script of the repository on the stage.
 * @returns the exit code
 */
export async function runOnStage(stage: string, script: string, words: readonly string[]): Promise<number> {
  const isRoot = process.getuid?.() === 0;
  const namespaces = isRoot ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
  const unshare = ["unshare", ...namespaces, "--propagation=private"];
  const env = { ...process.env, PATH: programPath() };
  const missing = programs.filter((program) => Bun.which(program, { PATH: env.PATH }) === null);
  if (missing.length > 0) return refuse(`not found: ${missing.join(", ")}`, ["install util-linux"]);
  const attempt = Bun.spawnSync([...unshare, "sh", "-c", setup, "setup", mountName, stage, "true"], { env });
  if (attempt.exitCode !== 0) {
    const reason = attempt.stderr.toString().trim();
    return isRoot ? refuse(reason, containerRemedy) : refuse(reason, userNamespaceRemedies());
  }
  const child = Bun.spawn(
    [...unshare, "sh", "-c", setup, "setup", mountName, stage, process.execPath, script, ...words],
    { env: { ...env, [variable]: stage }, stdio: ["ignore", "inherit", "inherit"] },
  );
  const exitCode = await child.exited;
  if (exitCode === setupFailed) return 1;
  if (!readFileSync("/proc/self/mountinfo", "utf8").includes(mountName)) return exitCode;
  console.error(`demo: the mount ${mountName} was seen outside of its namespace`);
  return 1;
}

/** All of util-linux. */
const programs = ["mount", "nsenter", "pivot_root", "setpriv", "umount", "unshare"];

/** Ordinary users of some distributions do not have the directories of root's programs in theirs. */
function programPath(): string {
  return [process.env["PATH"], "/usr/sbin", "/usr/bin", "/sbin", "/bin"].filter(Boolean).join(":");
}

const containerRemedy = [
  "root of this container may not mount: start the container with",
  "--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined",
];

/** The settings that can forbid user namespaces, with the value that does. */
const settings = [
  { path: "kernel/unprivileged_userns_clone", forbids: "0", command: "kernel.unprivileged_userns_clone=1" },
  {
    path: "kernel/apparmor_restrict_unprivileged_userns",
    forbids: "1",
    command: "kernel.apparmor_restrict_unprivileged_userns=0",
  },
  { path: "user/max_user_namespaces", forbids: "0", command: "user.max_user_namespaces=10000" },
];

function userNamespaceRemedies(): string[] {
  const culprits = settings.filter(({ path, forbids }) => {
    const file = `/proc/sys/${path}`;
    return existsSync(file) && readFileSync(file, "utf8").trim() === forbids;
  });
  return [
    "run it as root: sudo node_modules/.bin/bun scripts/demo.ts",
    ...culprits.map(({ command }) => `or allow user namespaces: sudo sysctl ${command}`),
    ...(culprits.length > 0 ? [] : ["or, in a container, start it with --security-opt seccomp=unconfined"]),
  ];
}

function refuse(reason: string, remedies: readonly string[]): number {
  console.error("error: the demo needs a private mount namespace, and this machine gives it none");
  console.error(`  ${reason}`);
  remedies.forEach((remedy, index) => {
    console.error(index === 0 ? `  help: ${remedy}` : `        ${remedy}`);
  });
  return 1;
}
