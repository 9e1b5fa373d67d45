import { effectiveUser, type Group, groupById, type User, userById } from "../linux/users.ts";

/** The environment variables that count. */
export interface Environment {
  readonly HOME?: string | undefined;
  readonly SUDO_UID?: string | undefined;
  readonly XDG_DATA_HOME?: string | undefined;
}

/** What the place of the state and the trust in it depend on; tests give their own. */
export interface Surroundings {
  readonly environment: Environment;
  readonly effectiveUser: number;
  readonly userById: (uid: number) => User | null;
  readonly groupById: (gid: number) => Group | null;
  /** Throws if the directory was removed. */
  readonly workingDirectory: () => string;
}

/** The surroundings of this process. */
export function actualSurroundings(): Surroundings {
  const { HOME, SUDO_UID, XDG_DATA_HOME } = process.env;
  return {
    environment: { HOME, SUDO_UID, XDG_DATA_HOME },
    effectiveUser: effectiveUser(),
    userById,
    groupById,
    workingDirectory: () => process.cwd(),
  };
}

/** The person at the keyboard. */
export interface Caller {
  readonly uid: number;
  /** Null if the user database does not know the number. */
  readonly user: User | null;
  /** True if the person became root by sudo. */
  readonly throughSudo: boolean;
}

const largestUid = 0xfffffffe;

/**
 * The user who called: with sudo the one in `SUDO_UID` (sudo(8), also set by run0(1)), else the effective user. Only
 * root's environment counts for this: anyone else could have written it.
 */
export function callingUser(surroundings: Surroundings): Caller {
  const text = surroundings.environment.SUDO_UID ?? "";
  const sudoUid = text !== "" && /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  const throughSudo = surroundings.effectiveUser === 0 && sudoUid <= largestUid;
  const uid = throughSudo ? sudoUid : surroundings.effectiveUser;
  let user: User | null | undefined;
  return {
    uid,
    throughSudo,
    // Asking the user database takes its time, and most answers do without.
    get user() {
      if (user === undefined) user = surroundings.userById(uid);
      return user;
    },
  };
}

/** Who may be able to write the configuration and the state of a run as root. */
export interface Trusted {
  readonly users: readonly number[];
  readonly groups: readonly number[];
}

/**
 * Whom a run as root trusts: root and the calling user, root's group, and the calling user's private group. Private is
 * a primary group of the user's own name (the convention of useradd(8)); one that people share, such as `users`, is
 * not. Null for a run without root's powers, which needs no trust: no user gains anything by it.
 */
export function trustedBy(surroundings: Surroundings): Trusted | null {
  if (surroundings.effectiveUser !== 0) return null;
  const caller = callingUser(surroundings);
  let groups: readonly number[] | null = null;
  return {
    users: caller.uid === 0 ? [0] : [0, caller.uid],
    // Matters only where a group can write at all.
    get groups() {
      groups ??= trustedGroups(caller.user, surroundings);
      return groups;
    },
  };
}

function trustedGroups(user: User | null, surroundings: Surroundings): readonly number[] {
  if (user === null || user.gid === 0) return [0];
  const group = surroundings.groupById(user.gid);
  return group?.name === user.name ? [0, user.gid] : [0];
}
