import type { Case } from "./cases.ts";
import {
  type Complaints,
  type Expected,
  judgeFailure,
  judgeNext,
  judgeReading,
  killed,
  wantedLines,
} from "./judge.ts";
import { linesOf, type Picture } from "./picture.ts";
import type { Stage, TracedResult } from "./stage.ts";
import { ownWork, parseTrace, signature, strikesElsewhere } from "./trace.ts";
import { mountIdsOf, stateDirectory, steadyTargets } from "./world.ts";
