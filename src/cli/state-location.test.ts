import { describe, expect, test } from "bun:test";
import { Failure } from "../model/problem.ts";
import { callingUser, type Environment, type Surroundings, trustedBy } from "../state/caller.ts";
import { locateState } from "./state-location.ts";

const users = [
  { name: "root", uid: 0, gid: 0, home: "/root" },
  { name: "alice", uid: 1000, gid: 1000, home: "/home/alice" },
  { name: "bob", uid: 1001, gid: 100, home: "/home/bob" },
  { name: "daemon", uid: 2, gid: 2, home: "" },
];
const groups = [
  { name: "root", gid: 0 },
  { name: "alice", gid: 1000 },
  { name: "users", gid: 100 },
];

function surroundings(effectiveUser: number, environment: Environment): Surroundings {
  return {
    environment,
    effectiveUser,
    userById: (uid) => users.find((user) => user.uid === uid) ?? null,
    groupById: (gid) => groups.find((group) => group.gid === gid) ?? null,
    workingDirectory: () => "/work/here",
  };
}

const nothing = { option: undefined, configured: undefined };

function located(effectiveUser: number, environment: Environment): string {
  return locateState(nothing, surroundings(effectiveUser, environment));
}

function exitCodeOf(action: () => unknown): number | null {
  try {
    action();
    return null;
  } catch (error) {
    return error instanceof Failure ? error.exitCode : Number.NaN;
  }
}

describe("the state directory", () => {
  test("is that of --state-dir before all others, relative to the working directory", () => {
    const all = surroundings(0, { HOME: "/root", XDG_DATA_HOME: "/data" });
    expect(locateState({ option: "../state/", configured: "/configured" }, all)).toBe("/work/state");
    expect(locateState({ option: "/a//b/./c", configured: "/configured" }, all)).toBe("/a/b/c");
  });

  test("is that of the configuration before the environment's", () => {
    const all = surroundings(0, { HOME: "/root", XDG_DATA_HOME: "/data" });
    expect(locateState({ option: undefined, configured: "/configured" }, all)).toBe("/configured");
  });

  test("is in $XDG_DATA_HOME before the home", () => {
    expect(located(1000, { HOME: "/home/alice", XDG_DATA_HOME: "/data/" })).toBe("/data/imp");
  });

  test("is not in an empty or relative $XDG_DATA_HOME", () => {
    for (const value of ["", "data"]) {
      expect(located(1000, { HOME: "/home/alice", XDG_DATA_HOME: value })).toBe(
        "/home/alice/.local/share/imp",
      );
    }
  });

  test("is the same for `imp list` and `sudo imp apply`", () => {
    const plain = located(1000, { HOME: "/home/alice" });
    expect(plain).toBe("/home/alice/.local/share/imp");
    expect(located(0, { HOME: "/root", SUDO_UID: "1000" })).toBe(plain);
    expect(located(0, { HOME: "/home/alice", SUDO_UID: "1000" })).toBe(plain);
    expect(located(0, { HOME: "/root", SUDO_UID: "1000", XDG_DATA_HOME: "/root/.local/share" })).toBe(plain);
  });

  test("is the caller's $XDG_DATA_HOME if sudo let that through", () => {
    for (const value of ["/home/alice/data", "/data"]) {
      const environment = { HOME: "/root", XDG_DATA_HOME: value };
      expect(located(0, { ...environment, SUDO_UID: "1000" })).toBe(`${value}/imp`);
      expect(located(1000, environment)).toBe(`${value}/imp`);
    }
  });

  test("is root's for root without sudo, or with a SUDO_UID that is no number", () => {
    for (const value of [undefined, "", "alice", "-1", "1000x", "4294967295", "99999999999"]) {
      expect(located(0, { HOME: "/root", SUDO_UID: value })).toBe("/root/.local/share/imp");
    }
  });

  test("is not bent by SUDO_UID if the process is not root", () => {
    expect(located(1001, { HOME: "/home/bob", SUDO_UID: "1000" })).toBe("/home/bob/.local/share/imp");
  });

  test("is in the recorded home if HOME is missing or relative", () => {
    expect(located(1000, {})).toBe("/home/alice/.local/share/imp");
    expect(located(0, { HOME: "home" })).toBe("/root/.local/share/imp");
  });

  test("is a matter of usage if there is no home, no such user, or no working directory", () => {
    expect(exitCodeOf(() => located(2, {}))).toBe(2);
    expect(exitCodeOf(() => located(77, {}))).toBe(2);
    expect(exitCodeOf(() => located(0, { HOME: "/root", SUDO_UID: "77" }))).toBe(2);
    const gone: Surroundings = {
      ...surroundings(0, {}),
      workingDirectory: () => {
        throw new Error("ENOENT");
      },
    };
    expect(exitCodeOf(() => locateState({ ...nothing, option: "x" }, gone))).toBe(2);
    expect(exitCodeOf(() => locateState({ ...nothing, option: "" }, gone))).toBe(2);
    expect(locateState({ ...nothing, option: "/x" }, gone)).toBe("/x");
  });
});

describe("the calling user", () => {
  test("is who called sudo", () => {
    expect(callingUser(surroundings(0, { SUDO_UID: "1000" }))).toMatchObject({
      uid: 1000,
      throughSudo: true,
    });
    expect(callingUser(surroundings(0, {}))).toMatchObject({ uid: 0, throughSudo: false });
    expect(callingUser(surroundings(1000, { SUDO_UID: "1001" }))).toMatchObject({
      uid: 1000,
      throughSudo: false,
    });
  });

  test("is trusted beside root, with their private group", () => {
    expect(trustedBy(surroundings(0, { SUDO_UID: "1000" }))).toEqual({ users: [0, 1000], groups: [0, 1000] });
  });

  test("is trusted without a group that others are in too", () => {
    expect(trustedBy(surroundings(0, { SUDO_UID: "1001" }))).toEqual({ users: [0, 1001], groups: [0] });
    expect(trustedBy(surroundings(0, { SUDO_UID: "77" }))).toEqual({ users: [0, 77], groups: [0] });
  });

  test("is root alone if nobody called sudo, and nobody is asked in a plain run", () => {
    expect(trustedBy(surroundings(0, {}))).toEqual({ users: [0], groups: [0] });
    expect(trustedBy(surroundings(1000, {}))).toBeNull();
  });
});
