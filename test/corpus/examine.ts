import { openBench, type Bench } from "./bench.ts";
import { groupOf, type Case } from "./cases.ts";
import { estimatedOf, type Estimated } from "./estimates.ts";
import { holdOf, holdProblems, type Hold } from "./holds.ts";
import { replay } from "./replay.ts";
import { meteredOf, type Metered } from "./score.ts";
import { splitProblems } from "./split.ts";
import { statedCostOf, type StatedCost } from "./stated-costs.ts";
import { tightHold } from "./tight.ts";
import { verdictOf, type Verdict } from "./verdict.ts";

/** All that is found of one case. */
export interface Examined extends Verdict {
  recorded: Case;
  /** Tollgate's own refusal, if any. */
  refusal: string | null;
  unpriced: boolean;
  metered: Metered | null;
  hold: Hold | null;
  tight: Hold | null;
  statedCost: StatedCost | null;
  estimated: Estimated | null;
}

interface ExamineOptions {
  /** Of an id, or of a provider and kind. */
  only: string;
  split: boolean;
  tight: boolean;
  estimates: boolean;
  progress: (line: string) => void;
}

/** Signatures wait for threads, so some calls at once are faster; their books are apart. */
const BATCH = 16;
const PROGRESS_MS = 5_000;

export async function examine(cases: Case[], options: ExamineOptions): Promise<Examined[]> {
  const chosen = cases.filter(({ id, ...rest }) =>
    `${id} ${groupOf({ id, ...rest })}`.includes(options.only),
  );
  const bench = await openBench();
  const examined: Examined[] = [];
  let reportedAt = performance.now();
  for (let start = 0; start < chosen.length; start += BATCH) {
    const batch = chosen.slice(start, start + BATCH);
    examined.push(...(await Promise.all(batch.map((recorded) => examineCase(bench, recorded, options)))));
    await bench.clear();
    if (performance.now() - reportedAt > PROGRESS_MS) {
      reportedAt = performance.now();
      options.progress(`${examined.length}/${chosen.length} cases`);
    }
  }
  await bench.close();
  return examined;
}

async function examineCase(bench: Bench, recorded: Case, options: ExamineOptions): Promise<Examined> {
  const replayed = await replay(bench, recorded);
  const verdict = verdictOf(recorded, replayed);
  const found = { recorded, ...verdict };
  if (!replayed) {
    return {
      ...found,
      statedCost: null,
      refusal: null,
      unpriced: false,
      metered: null,
      hold: null,
      tight: null,
      estimated: null,
    };
  }
  const hold = holdOf(groupOf(recorded), recorded, replayed);
  const problems = [...verdict.problems, ...holdProblems(replayed, hold)];
  if (options.split) problems.push(...(await splitProblems(bench, recorded, replayed)));
  const tight = options.tight ? await tightHold(bench, recorded, replayed) : null;
  return {
    ...found,
    statedCost: await statedCostOf(bench, recorded, replayed),
    problems: [...problems, ...(tight?.problems ?? [])],
    refusal: replayed.refusal,
    unpriced: replayed.unpriced,
    metered: meteredOf(replayed.booked),
    hold,
    tight: tight?.hold ?? null,
    estimated: options.estimates ? await estimatedOf(bench, recorded, replayed) : null,
  };
}
