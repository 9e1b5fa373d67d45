import { test } from "bun:test";
import { anyEffectSchema, effectSchema } from "./effect-schema.ts";
import { exampleIndex } from "./example-state.ts";
import { expectAgreement } from "./quick-looks.fixture.ts";

const identity = { inode: "1234", birth: "1762344000000000000" };

test("the quick look at an effect passes nothing that the full form refuses, and the other way round", () => {
  const effects = [
    ...exampleIndex.effects,
    { kind: "created-directory", path: "/srv/a", identity },
    { kind: "created-file", path: "/srv/a", identity },
    { kind: "holds-links", path: "/srv", identity },
    { kind: "holds-links", path: "/", identity },
    { kind: "replaced-file", target: "/srv/a", access: { uid: 0, gid: 0, mode: 0o644 } },
  ];
  expectAgreement(effectSchema, anyEffectSchema, effects, ["backup", "found", "created-file", "holds-links"]);
});
