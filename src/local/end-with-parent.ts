// Preloaded into wrangler (`node --import`): even if the stack is killed with no chance to clean up, nothing outlives it.

import { onParentDeath } from "./parent-watch.ts";

/** For `kill`: every process of the caller's own group, here wrangler and the workerds that it started. */
const OWN_GROUP = 0;

onParentDeath(() => process.kill(OWN_GROUP, "SIGTERM"));
