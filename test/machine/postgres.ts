import { readdirSync } from "node:fs";
import type { Subprocess } from "bun";
import type { Database } from "./database.ts";
import { startLineClient, startRepeating } from "./line-client.ts";
import type { Machine } from "./machine.ts";

const versions = "/usr/lib/postgresql";

/** Where the newest PostgreSQL server of this machine has its programs; null if there is none. */
export const postgresPrograms = newestServer();

function newestServer(): string | null {
  try {
    const [newest] = readdirSync(versions).sort((left, right) => Number(right) - Number(left));
    return newest === undefined ? null : `${versions}/${newest}/bin`;
  } catch {
    return null;
  }
}

/** The user `postgres` of the test machines. */
export const postgresUser = 108;

/**
 * A PostgreSQL server with its data and its socket in a persisted directory that is there already, and belongs to the
 * user `postgres`. Nothing of it goes outside of that directory: no port, no shared memory with a name.
 */
export function postgres(machine: Machine, directory: string): Database {
  const as = { user: postgresUser, cwd: "/", environment: { HOME: directory, PGHOST: directory } };
  const psql = "psql -X -q -A -t -v ON_ERROR_STOP=1 -d postgres";
  const data = `${directory}/data`;
  let server: Subprocess | null = null;

  async function isReady(): Promise<boolean> {
    return (await machine.run(["sh", "-c", `${psql} -c 'select 1'`], as)).exitCode === 0;
  }

  return {
    directory,
    async start() {
      await machine.sh(
        `[ -e ${data} ] || ${postgresPrograms}/initdb -D ${data} --no-sync -A trust --locale=C --no-instructions >/tmp/initdb.log`,
        as,
      );
      const settings = [
        `unix_socket_directories=${directory}`,
        "listen_addresses=",
        "dynamic_shared_memory_type=mmap",
        "shared_buffers=2MB",
        "max_connections=20",
        "checkpoint_timeout=30s",
      ].map((setting) => `-c '${setting}'`);
      server = machine.start(
        [
          "sh",
          "-c",
          `exec ${postgresPrograms}/postgres -D ${data} ${settings.join(" ")} >>/tmp/postgres.log 2>&1`,
        ],
        as,
      );
      while (!(await isReady())) {
        if (server.exitCode !== null) throw new Error(await machine.sh("cat /tmp/postgres.log"));
        await Bun.sleep(20);
      }
      await machine.sh(
        `${psql} -c 'create table if not exists rows (at int); create table if not exists notes (text text)' 2>/dev/null`,
        as,
      );
    },
    async stop() {
      // "Fast shutdown": sessions end, and all is written.
      server?.kill("SIGINT");
      await server?.exited;
      server = null;
    },
    startQuerying: () =>
      startRepeating(machine, `${psql} -c 'insert into rows values (1); select count(*) from rows'`, as),
    async beginTransaction() {
      const client = startLineClient(machine, psql.split(" "), as);
      client.tell("begin isolation level repeatable read;");
      const seen = await client.ask("select count(*) from rows;");
      client.tell("insert into notes values ('written in a long transaction');");
      return {
        async countRows() {
          const again = await client.ask("select count(*) from rows;");
          if (again !== seen) throw new Error(`the transaction saw ${seen} rows, and then ${again}`);
          return Number(again);
        },
        async commit() {
          client.tell("commit;");
          const text = await client.ask("select text from notes;");
          await client.end();
          return text;
        },
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      };
    },
    async countRows() {
      return Number(await machine.sh(`${psql} -c 'select count(*) from rows'`, as));
    },
  };
}
