import { type ServiceFacts, serviceUnits, type UnitFile } from "../../boot/service-unit.ts";
import { emptyManifest } from "../../model/manifest.ts";
import { failure } from "../../model/problem.ts";
import { readGeneration, readIndex, type StoreLocation, withStore } from "../../state/store.ts";

/** The units as they should be for the active generation. */
export interface WantedUnits extends ServiceFacts {
  /** The number of the active generation; null if there is none yet. */
  readonly generation: number | null;
  readonly units: readonly UnitFile[];
}

/**
 * @param executable the program that the units are to run
 * @throws Failure (1) if systemd can't run a program of that path, or if the state can't be read
 */
export async function wantedUnits(location: StoreLocation, executable: string): Promise<WantedUnits> {
  const { generation, manifest } = await withStore(location, (store) => {
    const { active } = readIndex(store);
    return {
      generation: active,
      manifest: active === null ? emptyManifest : readGeneration(store, active).manifest,
    };
  });
  const facts = { manifest, executable, stateDirectory: location.path };
  return { ...facts, generation, units: unitsOrFail(facts) };
}

function unitsOrFail(facts: ServiceFacts): readonly UnitFile[] {
  const units = serviceUnits(facts);
  if (units !== null) return units;
  throw failure(
    1,
    `systemd can't run ${facts.executable}: its path has quotes, backslashes or control characters`,
    "install imp at another place, for example as /usr/local/bin/imp",
  );
}
