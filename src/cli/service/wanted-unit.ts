import { type ServiceFacts, serviceUnit } from "../../boot/service-unit.ts";
import { emptyManifest, type Manifest } from "../../model/manifest.ts";
import { failure } from "../../model/problem.ts";
import { readGeneration, readIndex, type StoreLocation, withStore } from "../../state/store.ts";

/** The unit as it should be for the active generation. */
export interface WantedUnit extends ServiceFacts {
  /** The number of the active generation; null if there is none yet. */
  readonly generation: number | null;
  readonly text: string;
}

/**
 * @param executable the program that the unit is to run
 * @throws Failure (1) if systemd can't run a program of that path, or if the state can't be read
 */
export async function wantedUnit(location: StoreLocation, executable: string): Promise<WantedUnit> {
  const { generation, manifest } = await withStore(location, (store) => {
    const { active } = readIndex(store);
    return {
      generation: active,
      manifest: active === null ? emptyManifest : readGeneration(store, active).manifest,
    };
  });
  const text = unitText(location.path, executable, manifest);
  return { generation, manifest, executable, stateDirectory: location.path, text };
}

function unitText(stateDirectory: string, executable: string, manifest: Manifest): string {
  const text = serviceUnit({ executable, stateDirectory, manifest });
  if (text !== null) return text;
  throw failure(
    1,
    `systemd can't run ${executable}: its path has quotes, backslashes or control characters`,
    "install imp at another place, for example as /usr/local/bin/imp",
  );
}
