import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { lacks, need } from "../../test/requirement.ts";
import { cString, systemCall } from "../linux/ffi.ts";
import { join } from "../model/path.ts";
import type { Problem } from "../model/problem.ts";
import { inNewDirectory } from "./example-state.fixture.ts";
import { Unusable } from "./trouble.ts";
import { inWords } from "./trouble-words.ts";
import { checkTrust } from "./trust.ts";

const isRoot = process.getuid?.() === 0;
const isSkipped = lacks(need(isRoot, "root: whom it trusts"));

const caller = 4321;
const stranger = 4322;
const trusted = { users: [0, caller], groups: [0, caller] };

/** The reasons not to believe it, as people read them. */
function problems(path: string): readonly Problem[] {
  return inWords(new Unusable(1, checkTrust(path, trusted))).problems;
}

function messages(path: string): string[] {
  return problems(path).map(({ message }) => message);
}

/** A directory with a mode and an owner, whatever the umask. */
function makeDirectory(path: string, mode: number, uid = 0, gid = uid): string {
  mkdirSync(path);
  chownSync(path, uid, gid);
  chmodSync(path, mode);
  return path;
}

function makeFile(path: string, mode: number, uid = 0, gid = uid): string {
  writeFileSync(path, "");
  chownSync(path, uid, gid);
  chmodSync(path, mode);
  return path;
}

test("a plain run trusts every path", () => {
  expect(checkTrust("/tmp", null)).toEqual([]);
});

describe.skipIf(isSkipped)("root trusts a path", () => {
  test("that root or the caller alone can write, a sticky directory on the way included", () =>
    inNewDirectory((base) => {
      const shared = makeDirectory(join(base, "shared"), 0o1777);
      const own = makeDirectory(join(shared, "own"), 0o755);
      const home = makeDirectory(join(own, "home"), 0o700, caller);
      expect(messages(makeFile(join(home, "imp.toml"), 0o644, caller))).toEqual([]);
      expect(messages(makeFile(join(shared, "imp.toml"), 0o644))).toEqual([]);
    }));

  test("that the group of root or the caller's own can write", () =>
    inNewDirectory((base) => {
      const home = makeDirectory(join(base, "home"), 0o2775, caller);
      expect(messages(makeFile(join(home, "imp.toml"), 0o664, caller))).toEqual([]);
      expect(messages(makeDirectory(join(base, "roots"), 0o775))).toEqual([]);
    }));

  test("that does not exist, if nobody else could make it", () =>
    inNewDirectory((base) => {
      makeDirectory(join(base, "shared"), 0o1777);
      expect(messages(join(base, "shared/missing/below"))).toEqual([]);
    }));

  test("that leads in circles, as there is nothing to believe", () =>
    inNewDirectory((base) => {
      symlinkSync(join(base, "two"), join(base, "one"));
      symlinkSync(join(base, "one"), join(base, "two"));
      expect(messages(join(base, "one"))).toEqual([]);
    }));
});

describe.skipIf(isSkipped)("root does not trust a path", () => {
  test("that belongs to someone else, and says what to do", () =>
    inNewDirectory((base) => {
      const path = makeFile(join(base, "imp.toml"), 0o644, stranger);
      expect(problems(path)).toEqual([
        {
          severity: "error",
          message: `${path} cannot be trusted: it belongs to user ${stranger}, mode 0644`,
          help: `only root and the user who called imp may be able to change it: \`chown root ${path}\`, or use another place`,
        },
      ]);
    }));

  test("on whose way someone else owns a directory", () =>
    inNewDirectory((base) => {
      const home = makeDirectory(join(base, "home"), 0o755, stranger);
      const path = makeFile(join(home, "imp.toml"), 0o644);
      expect(messages(path)).toEqual([
        `${path} cannot be trusted: ${home} belongs to user ${stranger}, mode 0755`,
      ]);
      expect(messages(join(home, "missing"))).toHaveLength(1);
    }));

  test("that others can write, or its group", () =>
    inNewDirectory((base) => {
      const open = makeDirectory(join(base, "open"), 0o777);
      const path = makeFile(join(open, "imp.toml"), 0o664, caller, stranger);
      expect(messages(path)).toEqual([
        `${path} cannot be trusted: everyone can write ${open} (owned by root (user 0), mode 0777)`,
        `${path} cannot be trusted: group ${stranger} can write it (owned by user ${caller}, mode 0664)`,
      ]);
      expect(problems(path).map(({ help }) => help)).toEqual([
        expect.stringContaining(`\`chmod go-w ${open}\``),
        expect.stringContaining(`\`chmod g-w ${path}\``),
      ]);
    }));

  test("that is itself a sticky directory for all, where anyone can add files", () =>
    inNewDirectory((base) => {
      const shared = makeDirectory(join(base, "shared"), 0o1777);
      const [problem] = problems(shared);
      expect(problem?.message).toContain("everyone can write it");
      expect(problem?.help).not.toContain("chmod");
    }));

  test("in a sticky directory that someone else made", () =>
    inNewDirectory((base) => {
      const shared = makeDirectory(join(base, "shared"), 0o1777);
      const planted = makeDirectory(join(shared, "planted"), 0o755, stranger);
      expect(messages(join(planted, "imp.toml"))).toEqual([
        `${planted}/imp.toml cannot be trusted: ${planted} belongs to user ${stranger}, mode 0755`,
      ]);
    }));

  test("through somebody else's symlink, even if root owns what it leads to", () =>
    inNewDirectory((base) => {
      const shared = makeDirectory(join(base, "shared"), 0o1777);
      const own = makeDirectory(join(base, "own"), 0o755);
      const link = join(shared, "link");
      symlinkSync(own, link);
      expect(messages(link)).toEqual([]);
      lchownSync(link, stranger, stranger);
      const [problem] = problems(link);
      expect(problem?.message).toContain(`it belongs to user ${stranger}`);
      expect(problem?.help).toContain(`chown -h root ${link}`);
    }));

  test("behind a symlink that leads through a place of somebody else's", () =>
    inNewDirectory((base) => {
      const home = makeDirectory(join(base, "home"), 0o755, stranger);
      const own = makeDirectory(join(base, "own"), 0o755);
      symlinkSync(`${home}/../own`, join(base, "link"));
      expect(messages(own)).toEqual([]);
      expect(messages(join(base, "link"))).toEqual([
        `${base}/link cannot be trusted: ${home} belongs to user ${stranger}, mode 0755`,
      ]);
    }));

  test("whose group bits stand for an access control list", () =>
    inNewDirectory((base) => {
      const path = makeFile(join(base, "imp.toml"), 0o664);
      expect(messages(path)).toEqual([]);
      // Version 2; user::rw-, user:stranger:rw-, group::r--, mask::rw-, other::r-- (linux/posix_acl_xattr.h).
      const entries = [
        [1, 6, 0xffffffff],
        [2, 6, stranger],
        [4, 4, 0xffffffff],
        [16, 6, 0xffffffff],
        [32, 4, 0xffffffff],
      ] as const;
      const list = Buffer.alloc(4 + entries.length * 8);
      list.writeUInt32LE(2, 0);
      entries.forEach(([tag, permissions, id], index) => {
        list.writeUInt16LE(tag, 4 + index * 8);
        list.writeUInt16LE(permissions, 6 + index * 8);
        list.writeUInt32LE(id, 8 + index * 8);
      });
      systemCall("setxattr", path, cString(path), cString("system.posix_acl_access"), list, list.length, 0);
      expect(messages(path)).toEqual([
        `${path} cannot be trusted: someone in its access control list can write it (owned by root (user 0), mode 0664)`,
      ]);
    }));

  test("and offers no command that would do more than it says", () =>
    inNewDirectory((base) => {
      const path = makeFile(join(base, "$(reboot) 'x'"), 0o644, stranger);
      expect(problems(path)[0]?.help).toContain(`\`chown root '${base}/$(reboot) '\\''x'\\'''\``);
    }));
});
