import type { Rest } from "./e2e-rest.ts";
import type { Rig } from "./e2e-rig.ts";

/** What the suites of one rig share; it is there once their tests run. */
export type WorldOf = () => { rig: Rig; rest: Rest };
