import type { LocalRedis } from "./local-redis.ts";
import { lastLines, onProcessEnd } from "./process-watch.ts";
import { StackError } from "./stack-error.ts";
import type { Teardown } from "./teardown.ts";
import type { WorkerProcess } from "./worker-process.ts";

type Watched = { worker: WorkerProcess; redis: LocalRedis; teardown: Teardown };

/** Resolves with which process ended, and the end of its log, if one does before the stack is stopped. */
export function watchForDeath({ worker, redis, teardown }: Watched): Promise<StackError> {
  return new Promise((resolve) => {
    const report = async (name: string, log: string) => {
      if (teardown.isStopping()) return;
      resolve(new StackError(`${name} ended unexpectedly. The end of ${log}:\n${await lastLines(log)}`));
    };
    void worker.exited.then(() => report("The Worker (wrangler dev)", worker.log));
    const { server } = redis;
    if (!server) return;
    const forget = onProcessEnd(server.pid, () => void report("redis-server", server.log));
    teardown.add(async () => forget());
  });
}
