import { describe, expect, test } from "bun:test";
import { type Entry, emptyManifest } from "../model/manifest.ts";
import { readServiceUnit, type ServiceFacts, servesAs, serviceUnits } from "./service-unit.ts";

/** The unit that restores. */
function serviceUnit(facts: ServiceFacts): string | null {
  return serviceUnits(facts)?.[0]?.text ?? null;
}

const facts = { executable: "/usr/local/bin/imp", stateDirectory: "/persist/imp", manifest: emptyManifest };

function linked(root: string, target: string): Entry {
  const entry = {
    root,
    target,
    source: root + target,
    backup: false,
    createParents: true,
    createSources: false,
  };
  return { kind: "linked-file", ...entry, adoptReplaced: false };
}

describe("imp's unit", () => {
  test("says what it runs, so that it can be read again", () => {
    for (const path of ["/usr/local/bin/imp", "/opt/my imp", "/opt/100%/imp"]) {
      const stateDirectory = `/persist/"odd"\n\\state$HOME`;
      const text = serviceUnit({ ...facts, executable: path, stateDirectory });
      expect(readServiceUnit(text ?? "")).toEqual({ executable: path, stateDirectory });
    }
  });

  test("is not taken for somebody else's, nor the other way round", () => {
    expect(readServiceUnit("[Unit]\nDescription=imp\n")).toBeNull();
    expect(readServiceUnit("")).toBeNull();
    const text = serviceUnit(facts) ?? "";
    expect(readServiceUnit(`\n${text}`)).toBeNull();
    expect(readServiceUnit(text.replace(/Executable=.*/, 'Executable="'))).toBeNull();
  });

  test("can't run a program whose path systemd refuses", () => {
    for (const path of ['/opt/"imp"', "/opt/i'mp", "/opt/imp\n", "/opt/im\\p"]) {
      expect(serviceUnit({ ...facts, executable: path })).toBeNull();
    }
  });

  test("serves a generation that needs fewer mounts as well, but not one that needs more, and not another state", () => {
    const one = [linked("/persist/system", "/etc/app/one")];
    const less = serviceUnit({ ...facts, manifest: { entries: one } }) ?? "";
    const more =
      serviceUnit({ ...facts, manifest: { entries: [...one, linked("/data", "/srv/two")] } }) ?? "";
    expect(servesAs(more, less)).toBe(true);
    expect(servesAs(less, more)).toBe(false);
    expect(servesAs(less, less)).toBe(true);
    expect(servesAs(serviceUnit({ ...facts, stateDirectory: "/other" }) ?? "", less)).toBe(false);
  });

  test("waits for all mounts that its paths may lead through, and wants those of the storage", () => {
    const entries = [linked("/persist/system", "/etc/app/one"), linked("/data", "/srv/two")];
    const lines = (serviceUnit({ ...facts, manifest: { entries } }) ?? "").split("\n");
    expect(lines).toContain("Wants=data.mount persist-imp.mount persist-system.mount persist.mount");
    expect(lines).toContain("After=data.mount persist-imp.mount persist-system.mount persist.mount");
    expect(lines).toContain(
      "After=data-srv.mount persist-system-etc.mount persist-system-etc-app.mount etc.mount etc-app.mount srv.mount"
        .split(" ")
        .sort()
        .join(" "),
    );
    expect(lines.filter((line) => /^(Requires|BindsTo|RequiresMountsFor)=/.test(line))).toEqual([]);
  });

  test("is joined by one for the shutdown where an entry adopts what replaces its symlink", () => {
    const entry = linked("/persist/system", "/etc/app/one");
    const names = (entries: readonly Entry[]) =>
      serviceUnits({ ...facts, manifest: { entries } })?.map(({ name }) => name);
    expect(names([entry])).toEqual(["imp.service"]);
    expect(names([entry, { ...entry, kind: "linked-file", adoptReplaced: true }])).toEqual([
      "imp.service",
      "imp-adopt.service",
    ]);
  });
});
