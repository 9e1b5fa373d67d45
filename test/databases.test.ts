import { expect, setDefaultTimeout } from "bun:test";
import type { ConfigurationText } from "./machine/configuration.ts";
import type { Database, OpenTransaction, QueryingClient } from "./machine/database.ts";
import { isRoot, type Machine, startMachine } from "./machine/machine.ts";
import { mountId, mountPointsIn, mountTable } from "./machine/mount-table.ts";
import { afterAll, beforeAll, describe, test } from "./machine/on-machine.ts";
import { type PersistedImp, persistedImp } from "./machine/persisted-imp.ts";
import { postgres, postgresPrograms } from "./machine/postgres.ts";
import { sqlite } from "./machine/sqlite.ts";
import { lacks, need, program } from "./requirement.ts";

// Longer than anything here takes, but not for ever: a query that hangs is a failure.
setDefaultTimeout(60_000);

interface Kind {
  readonly name: string;
  readonly program: string;
  readonly isMissing: boolean;
  readonly entry: { readonly directory: string; readonly [key: string]: string | boolean };
  readonly open: (machine: Machine, directory: string) => Database;
}

const kinds: readonly Kind[] = [
  {
    name: "a SQLite database in WAL mode",
    program: "sqlite3",
    isMissing: lacks(program("sqlite3", "sqlite3: a SQLite database under imp")),
    entry: { directory: "/var/lib/app" },
    open: sqlite,
  },
  {
    name: "a PostgreSQL server",
    program: "postgres",
    isMissing: lacks(
      need(postgresPrograms !== null, "PostgreSQL: a server under imp"),
      need(isRoot, "root: PostgreSQL as a user of its own"),
    ),
    entry: {
      directory: "/var/lib/postgresql",
      user: "postgres",
      group: "postgres",
      mode: "u=rwx,g=,o=",
      create_sources: true,
    },
    open: postgres,
  },
];

for (const { name, program, isMissing, entry, open } of kinds) {
  describe.skipIf(isMissing)(`${name} in a persisted directory`, () => {
    let machine: Machine & AsyncDisposable;
    let imp: PersistedImp;
    let database: Database;
    let client: QueryingClient;
    let transaction: OpenTransaction;
    /** A generation without any entry. */
    let empty: string;
    const started = new AsyncDisposableStack();
    const { directory } = entry;

    /** The database's entry, and others that vary. */
    const beside = (others: ConfigurationText["persistence"]): ConfigurationText => ({
      persistence: {
        "/persist/databases": { directories: [entry] },
        ...others,
      },
    });

    beforeAll(async () => {
      machine = started.use(await startMachine());
      imp = persistedImp(machine);
      database = open(machine, directory);
      await machine.sh(`
        mkdir -p /persist/databases${directory} /persist/elsewhere${directory}
        mkdir -p /persist/plain/srv/cache /persist/plain/var/lib/neighbour /persist/plain/etc
        mkdir -p /persist/fancy/srv/cache /persist/fancy/var/log/app
        echo plain > /persist/plain/etc/motd; echo fancy > /persist/fancy/srv/cache/name
      `);
      empty = await imp.apply({ persistence: {} });
      await imp.apply(beside({}));
      await database.start();
      started.defer(() => database.stop());
      client = database.startQuerying();
      started.defer(async () => {
        await client.stop();
      });
      transaction = started.use(await database.beginTransaction());
    });

    afterAll(() => started.disposeAsync());

    /** Waits until the client has been answered a few times more. */
    async function expectAnswers(): Promise<void> {
      const before = client.answered();
      while (client.answered() < before + 3) await Bun.sleep(2);
    }

    test("does not notice 30 rounds of apply, switch and rollback of other entries", async () => {
      const id = await mountId(machine, directory);
      const variants: readonly ConfigurationText["persistence"][] = [
        { "/persist/plain": { directories: ["/srv/cache", "/var/lib/neighbour"] } },
        {
          "/persist/plain": { directories: ["/var/lib/neighbour"], files: ["/etc/motd"] },
          "/persist/fancy": { directories: ["/srv/cache"] },
        },
        {
          "/persist/plain": { files: [{ file: "/etc/motd", method: "bind", options: ["ro"] }] },
          "/persist/fancy": {
            directories: ["/srv/cache", { directory: "/var/log/app", options: ["noexec"] }],
          },
        },
        {},
      ];
      for (let round = 0; round < 30; round += 1) {
        const number = Number(await imp.apply(beside(variants[round % variants.length] ?? {})));
        await imp.ok("switch", String(Math.max(Number(empty) + 1, number - 1 - (round % 3))));
        await imp.ok("rollback");
        expect(await mountId(machine, directory)).toBe(id);
      }
      await imp.ok("verify");
      await expectAnswers();
      await transaction.countRows();
    });

    test("keeps every command from succeeding that would take its directory away, and goes on", async () => {
      const number = await imp.apply(beside({ "/persist/plain": { directories: ["/srv/cache"] } }));
      const before = await mountTable(machine);
      const withoutIt = await imp.refusedApply({
        persistence: { "/persist/plain": { directories: ["/srv/cache"] } },
      });
      expect(withoutIt).toContain(directory);
      await imp.refused("switch", empty);
      await imp.refusedApply({ persistence: { "/persist/elsewhere": { directories: [entry] } } });
      await imp.refusedApply(beside({ "/persist/plain": { directories: ["/var/lib"] } }));
      await imp.configure(beside({}));

      expect(await mountTable(machine)).toEqual(before);
      expect(await imp.ok("current")).toContain(`Current generation: ${number}\n`);
      await imp.ok("verify");
      await expectAnswers();
      await transaction.countRows();
    });

    test("is named in the refusal as what holds the directory", async () => {
      expect(await imp.refused("switch", empty)).toMatch(new RegExp(`${program}\\[\\d+\\]`));
    });

    test("answered every query, and kept its transaction", async () => {
      await transaction.countRows();
      expect(await transaction.commit()).toBe("written in a long transaction");
      const { answers, errors } = await client.stop();
      expect(errors).toBe("");
      expect(answers).toEqual(answers.map((_, index) => String(index + 1)));
      expect(await database.countRows()).toBe(answers.length);
      console.info(`${name}: ${answers.length} queries`);
    });

    test("has its rows after a reboot, and its owner and mode", async () => {
      const rows = await database.countRows();
      const access = await machine.sh(`stat -c '%U %G %a' ${directory}`);
      if ("mode" in entry) expect(access).toBe("postgres postgres 700\n");
      await database.stop();
      await machine.reboot();
      expect(await mountPointsIn(machine, "/var")).toEqual([]);
      await imp.ok("restore");
      expect(await machine.sh(`stat -c '%U %G %a' ${directory}`)).toBe(access);
      await database.start();
      expect(await database.countRows()).toBe(rows);
      await imp.ok("verify");
    });
  });
}
