import type { Books } from "../ledger/books.ts";
import { joinedBytes } from "../providers/framing/joined-bytes.ts";
import type { Splitter, StreamBlock } from "../providers/framing/splitter.ts";
import type { StreamReader } from "../providers/wire.ts";
import type { ClientWatch } from "./client-watch.ts";
import { createGatherer } from "./gather.ts";
import { readBytes } from "./read-bytes.ts";
import { createStreamRedactor } from "./redact.ts";

// Passes a stream to the client untouched while a meter reads it; or, where a chunk must be hidden, all but that chunk.

export interface RelayEnd {
  /** `cut`: the provider ended it with an error of the connection. `stopped`: the grace of a client who left was over. */
  how: "ended" | "cut" | "stopped" | "idle";
  /** Bytes of events that were too large for the meter; absent: none were. */
  unreadBytes?: number;
}

export interface RelayOptions {
  body: ReadableStream<Uint8Array>;
  splitter: Splitter;
  reader: StreamReader;
  client: ClientWatch;
  /** Our credential, which the client must not get. */
  secrets: readonly string[];
  /** Ends the provider's stream. */
  abort: () => void;
  /** A stream in which nothing moves for this long is given up: the provider is silent, or the client reads nothing. */
  idleMs: number;
  /** The clock and its timers. */
  time: Pick<Books, "now" | "after" | "sleep">;
}

/** Workerd loses what it was given just before the client's stream breaks off, unless it had so long to send it. */
export const SEND_MS = 100;

/** So often in the idle time it is looked whether anything moved. */
const LOOKS = 4;

export interface Relayed {
  readable: ReadableStream<Uint8Array>;
  done: Promise<RelayEnd>;
}

// Both shapes are a loop of ours over what has come. `tee` would cost less CPU, but the runtime then hands the
// client's branch over and tells nobody, not even the request's signal, that the client left; piped through a stream of
// ours it does, but then holds in memory what the meter has read and the client hasn't.

/** The client gets the provider's own bytes, and before the meter does. */
export function tap(options: RelayOptions): Relayed {
  return relay(options, (bytes, { write, read }) => {
    const written = write(bytes);
    read(bytes);
    return written;
  });
}

/** The client gets the provider's bytes but for the events that the meter says to hide. */
export function edit(options: RelayOptions): Relayed {
  return relay(options, (bytes, { write, read }) => write(joinedBytes(read(bytes))));
}

/** Passes bytes of the provider on; at its end none, as an event may end there. Resolves once the client has taken them. */
type Pass = (bytes: Uint8Array, ways: { write: Write; read: ReadEvents }) => Promise<void>;
type Write = (bytes: Uint8Array) => Promise<void>;
/** Lets the meter read what these bytes complete. Returns what of it the client may see. */
type ReadEvents = (bytes: Uint8Array) => Uint8Array[];

const NOTHING = new Uint8Array(0);

function relay(options: RelayOptions, pass: Pass): Relayed {
  const { readable, writable } = new IdentityTransformStream();
  return { readable, done: pump(writable, options, pass) };
}

async function pump(
  writable: WritableStream<Uint8Array>,
  options: RelayOptions,
  pass: Pass,
): Promise<RelayEnd> {
  const { client, splitter, reader } = options;
  const writer = writable.getWriter();
  // A client who left is noticed at a write, or by the request's signal. The meter reads on all the same.
  const left = () => client.left();
  writer.closed.catch(left);
  const drop = () => writer.abort(new Error("the client left")).catch(() => undefined); // It is broken off already.
  void client.whenGone.then(drop);
  const redactor = createStreamRedactor(options.secrets);
  const writeClean = async (bytes: Uint8Array) => {
    if (!client.gone && bytes.length > 0) await writer.write(bytes).catch(left);
  };
  const write = (bytes: Uint8Array) => writeClean(redactor.push(bytes));
  let unreadBytes = 0;
  const seen = ({ raw, parsed, unread }: StreamBlock) => {
    if (unread) unreadBytes += raw.length;
    return !parsed || reader.push(parsed) === "pass";
  };
  const shown = (blocks: StreamBlock[]) => blocks.filter(seen).map(({ raw }) => raw);
  const read = (bytes: Uint8Array) => shown(splitter.push(bytes));
  const gathered = createGatherer((bytes) => pass(bytes, { write, read }), options.time);
  const end = await watchReading(options, async (moved) => {
    try {
      await readBytes(options.body, (bytes) => {
        moved();
        return gathered.add(bytes);
      });
    } finally {
      await gathered.flushed();
    }
    await pass(NOTHING, { write, read: () => shown(splitter.end()) });
    await writeClean(redactor.end());
  });
  // What a client who reads nothing never took was generated all the same.
  const untaken = gathered.take();
  if (untaken) read(untaken);
  if (end.how === "cut" && !client.gone) await options.time.sleep(SEND_MS);
  // The client's stream ends as the provider's did: whole, or with an error.
  const closing =
    end.how === "ended" ? writer.close() : writer.abort(new Error("the provider's stream broke off"));
  await closing.catch(left);
  return unreadBytes === 0 ? end : { ...end, unreadBytes };
}

/** Runs `step` until it says that the stream ended, or what `watchReading` watches for. */
export function readThrough(
  options: Pick<RelayOptions, "client" | "abort" | "idleMs">,
  step: () => Promise<"ended" | "more">,
): Promise<RelayEnd> {
  return watchReading(options, async (moved) => {
    while ((await step()) === "more") moved();
  });
}

/** Runs `read` until the stream ends or breaks, nothing moves, or the client's grace is over. */
async function watchReading(
  { client, abort, idleMs }: Pick<RelayOptions, "client" | "abort" | "idleMs">,
  read: (moved: () => void) => Promise<void>,
): Promise<RelayEnd> {
  const givenUp = Promise.withResolvers<"stopped" | "idle">();
  client.onStop(() => givenUp.resolve("stopped"));
  // One timer for the whole stream, and one race: either for each chunk would cost CPU, and memory to the end.
  let looksSinceMove = 0;
  const timer = setInterval(() => {
    looksSinceMove++;
    if (looksSinceMove > LOOKS) givenUp.resolve("idle");
  }, idleMs / LOOKS);
  const moved = () => void (looksSinceMove = 0);
  try {
    const how = await Promise.race([read(moved).then(() => "ended" as const), givenUp.promise]);
    // What was read on ends with it: its next read fails.
    if (how !== "ended") abort();
    return { how };
  } catch {
    // A read failed. Whose fault it was doesn't change what was billed: the meter has what was seen.
    return { how: client.stopped ? "stopped" : "cut" };
  } finally {
    clearInterval(timer);
  }
}
