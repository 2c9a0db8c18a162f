import { createClient, ErrorReply as RedisErrorReply, RESP_TYPES } from "redis";
import { isBilled } from "./billing.ts";
import { type Argument, type ErrorReply, isErrorReply, type RedisEngine, type Reply } from "./engine.ts";

const RECONNECT_DELAY_MS = 50;
const BINARY_REPLIES = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

/**
 * A Redis at a `redis://` URL. Everything shares one connection, so commands that change a
 * connection's state must not get here.
 */
export async function connectRedis(url: string): Promise<RedisEngine> {
  const client = createClient({
    url,
    RESP: 2,
    // While Redis is away a command fails at once: the caller's own deadline and retries decide.
    disableOfflineQueue: true,
    socket: { reconnectStrategy: RECONNECT_DELAY_MS },
  });
  // Each pending command rejects with the cause; without a listener the event would end the process.
  client.on("error", () => undefined);
  await client.connect();

  const send = async (args: Argument[]): Promise<Reply> => {
    try {
      return toReply(await client.sendCommand<RawReply>(args, BINARY_REPLIES));
    } catch (error) {
      return toErrorReply(error);
    }
  };
  const countCommands = async () => sumBilledCalls(await client.info("commandstats"));
  const countedAtOpen = await countCommands();

  return {
    call: send,
    async transaction(commands) {
      // Written in one tick, so no other command of this connection can come between them.
      const queued = [["MULTI"], ...commands].map(send);
      const executed = send(["EXEC"]);
      const refused = (await Promise.all(queued)).find((reply) => reply !== "OK" && reply !== "QUEUED");
      const replies = await executed;
      if (Array.isArray(replies)) return replies;
      return refused !== undefined && isErrorReply(refused)
        ? refused
        : { error: "EXECABORT Transaction discarded" };
    },
    // Redis's own statistics count what scripts call, so scripts needn't be touched. They are the
    // server's: what other clients do on it is counted as well.
    billedCommands: async () => (await countCommands()) - countedAtOpen,
    close: () => client.close(),
  };
}

/** node-redis puts errors inside arrays as instances of its own class. */
type RawReply = string | number | Buffer | null | RedisErrorReply | RawReply[];

function toReply(raw: RawReply): Reply {
  if (raw instanceof RedisErrorReply) return { error: raw.message };
  return Array.isArray(raw) ? raw.map(toReply) : raw;
}

function toErrorReply(error: unknown): ErrorReply {
  if (error instanceof RedisErrorReply) return { error: error.message };
  throw error;
}

/** Lines look like `cmdstat_get:calls=21,usec=175,…`; subcommands like `cmdstat_script|load:calls=…`. */
function sumBilledCalls(commandStats: string): number {
  let sum = 0;
  for (const [, name = "", calls] of commandStats.matchAll(/^cmdstat_([^|:]+)[^:]*:calls=(\d+)/gm)) {
    if (isBilled(name)) sum += Number(calls);
  }
  return sum;
}
