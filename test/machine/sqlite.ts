import type { Database } from "./database.ts";
import { startLineClient, startRepeating } from "./line-client.ts";
import type { Machine } from "./machine.ts";

/** A SQLite database in WAL mode, in a persisted directory that is there already. */
export function sqlite(machine: Machine, directory: string): Database {
  const file = `${directory}/rows.db`;
  // A client that comes or goes locks the database for an instant, even one in WAL mode.
  const client = ["sqlite3", "-batch", "-cmd", ".timeout 60000"];
  return {
    directory,
    async start() {
      await machine.sh(`sqlite3 ${file} 'pragma journal_mode = wal; create table if not exists rows (at);
        create table if not exists notes (text);'`);
    },
    async stop() {},
    startQuerying: () =>
      startRepeating(
        machine,
        `sqlite3 -batch -cmd '.timeout 60000' ${file} "insert into rows values (1); select count(*) from rows"`,
      ),
    async beginTransaction() {
      const reader = startLineClient(machine, [...client, file]);
      reader.tell("begin;");
      const seen = await reader.ask("select count(*) from rows;");
      // A second database in the same directory, for the first one's client has to write all the time.
      const writer = startLineClient(machine, [...client, `${directory}/notes.db`]);
      await writer.ask("pragma journal_mode = wal;");
      writer.tell("create table if not exists notes (text); begin immediate;");
      writer.tell("insert into notes values ('written in a long transaction');");
      await writer.ask("select count(*) from notes;");
      return {
        async countRows() {
          const again = await reader.ask("select count(*) from rows;");
          if (again !== seen) throw new Error(`the transaction saw ${seen} rows, and then ${again}`);
          return Number(again);
        },
        async commit() {
          reader.tell("commit;");
          await reader.end();
          writer.tell("commit;");
          const text = await writer.ask("select text from notes;");
          await writer.end();
          return text;
        },
        async [Symbol.asyncDispose]() {
          await reader[Symbol.asyncDispose]();
          await writer[Symbol.asyncDispose]();
        },
      };
    },
    async countRows() {
      return Number(
        await machine.sh(`sqlite3 ${file} "pragma integrity_check; select count(*) from rows" | tail -1`),
      );
    },
  };
}
