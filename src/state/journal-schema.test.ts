import { expect, test } from "bun:test";
import { exampleJournal } from "./example-journal.ts";
import { fit } from "./form.ts";
import { anyStepSchema, anyTidyingSchema, stepSchema, tidyingSchema } from "./journal-schema.ts";
import { expectAgreement } from "./quick-looks.fixture.ts";

const access = { uid: 0, gid: 0, mode: 0o755 };
const mounted = { target: "/srv/a", source: "/persist/srv/a", options: ["relatime"], hidden: false };
const usual = [
  { kind: "mount", serves: "/srv/a", ...mounted },
  { kind: "unmount", serves: "/srv/a", ...mounted, mountId: 812 },
  { kind: "link", serves: "/srv/a", path: "/srv/a", text: "/persist/srv/a" },
  { kind: "unlink", serves: "/srv/a", path: "/srv/a", text: "/persist/srv/a" },
  { kind: "create-directory", serves: "/srv/a", path: "/srv", access, role: "target" },
  { kind: "create-file", serves: "/srv/a", path: "/persist/srv/a", access, role: "source" },
];

test("the quick look at a step passes nothing that the full form refuses, and the other way round", () => {
  const steps = [...usual, ...usual, ...exampleJournal.steps];
  const kinds = exampleJournal.steps.map(({ kind }) => kind);
  expectAgreement(stepSchema, anyStepSchema, steps, [...kinds, "nothing"]);
});

test("the quick look at a tidying passes nothing that the full form refuses, and the other way round", () => {
  const kinds = exampleJournal.afterwards.map(({ kind }) => kind);
  const removal = { ...exampleJournal.afterwards[0], path: "/srv/a", serves: "/srv/a" };
  expectAgreement(
    tidyingSchema,
    anyTidyingSchema,
    [removal, ...exampleJournal.afterwards],
    [...kinds, "mount"],
  );
});

test("what fitted just before makes nothing fit that does not", () => {
  const serving = (target: string, source: string) => ({ ...usual[0], serves: target, target, source });
  for (const step of [
    serving("/srv/b", "/persist/srv/b"),
    serving("srv/b", "/persistsrv/b"),
    serving("/srv/c", "/persist//srv/c"),
    serving("/srv/c", "/persist/../srv/c"),
    serving("/srv/../d", "/persist/srv/../d"),
    serving("/", "/persist/"),
    serving("/srv/e", "/srv/e"),
    serving("/srv/e", "/e/srv/e"),
    serving("/srv/e", "//srv/e"),
    { ...serving("/srv/e", "/srv/f"), target: "/srv/f" },
  ])
    expect(fit(stepSchema, step)).toEqual(fit(anyStepSchema, step));
});
