// Stands between the Worker and its Redis over HTTP, and does to messages what a network does: by their script, and by
// the call that they are about. What it does to one it does to all that come in the same request.

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { readBody } from "../../src/local/demo/read-body.ts";
import { close, listen } from "../../src/local/demo/serve.ts";
import { DRAIN, TRIM } from "../../src/store/scripts/drain.ts";
import { LAPSE } from "../../src/store/scripts/lapse.ts";
import { CLAIM_POLICY, PUT_POLICY } from "../../src/store/scripts/policies.ts";
import { OPEN, REBUILD } from "../../src/store/scripts/recover.ts";
import { CONFIRM, RESERVE } from "../../src/store/scripts/reserve.ts";
import { SETTLE } from "../../src/store/scripts/settle.ts";
import { createWaiters } from "./scripted-provider-waiters.ts";

const SCRIPTS = {
  reserve: RESERVE,
  confirm: CONFIRM,
  lapse: LAPSE,
  drain: DRAIN,
  trim: TRIM,
  open: OPEN,
  rebuild: REBUILD,
  claimPolicy: CLAIM_POLICY,
  putPolicy: PUT_POLICY,
};
/** The settle script has modes, which are messages of their own. */
export type MessageName = keyof typeof SCRIPTS | "settle" | "release" | "void" | "other";

/**
 * `lose_request`: Redis never gets it. `lose_reply`: Redis runs it, and the Worker doesn't hear of it. `error`: answered
 * 500, and not run. `hang`: neither run nor answered. `late`: lost to the Worker, and run after so many milliseconds. `slow`: run and answered after them.
 */
export type Fate = "lose_request" | "lose_reply" | "error" | "hang" | { late: number } | { slow: number };

export interface Message {
  name: MessageName;
  /** Names the call, its key and whatever else was sent. */
  body: string;
  /** How many messages came in its request, itself included. */
  together: number;
  /** Redis has answered it. */
  ran: boolean;
}

export interface FaultProxy {
  url: string;
  /** The fate of the next so many messages of this name that are `about` something: a key's id, say. */
  on(name: MessageName, fate: Fate, options: { about: string; times?: number }): void;
  /** Nothing gets through, until `back`. */
  away(): void;
  back(): void;
  /** All that came, in their order; live. */
  messages: readonly Message[];
  waitFor(predicate: (message: Message) => boolean): Promise<Message>;
  close(): Promise<void>;
}

/** A pooled connection that Node closes while the Worker sends on it would be a fault that no test asked for. */
const KEEP_ALIVE_MS = 600_000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const messages: Message[] = [];
  const waiters = createWaiters<Message>(messages);
  const rules: { name: MessageName; fate: Fate; about: string; times: number }[] = [];
  let isAway = false;

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    // A message that can't be passed on is lost, as on a network.
    void handle(request, response).catch(() => request.socket.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await readBody(request, MAX_BODY_BYTES);
    if (bytes === null) throw new Error("a message is too large");
    const body = bytes.toString();
    const commands = commandsIn(body);
    const came = commands.map((command): Message => {
      const text = JSON.stringify(command);
      return { name: nameOf(command), body: text, together: commands.length, ran: false };
    });
    messages.push(...came);
    waiters.notify();
    const fate = isAway ? "lose_request" : fateOf(came);
    if (fate === "lose_request") return void request.socket.destroy();
    if (fate === "hang") return;
    if (fate === "error") return void response.writeHead(500).end(JSON.stringify({ error: "ERR scripted" }));
    if (typeof fate === "object" && "late" in fate) {
      request.socket.destroy();
      await wait(fate.late);
      await run(request, body, came);
      return;
    }
    if (typeof fate === "object") await wait(fate.slow);
    const answer = await run(request, body, came);
    if (fate === "lose_reply") return void request.socket.destroy();
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.text);
  }

  async function run(
    request: IncomingMessage,
    body: string,
    came: Message[],
  ): Promise<{ status: number; text: string }> {
    const answer = await fetch(target + (request.url ?? "/"), {
      method: "POST",
      headers: {
        authorization: request.headers.authorization ?? "",
        "upstash-encoding": String(request.headers["upstash-encoding"] ?? ""),
      },
      body,
    });
    const text = await answer.text();
    for (const message of came) message.ran = true;
    waiters.notify();
    return { status: answer.status, text };
  }

  function fateOf(came: Message[]): Fate | "arrive" {
    const rule = rules.find(({ name, about, times }) =>
      came.some((message) => times > 0 && name === message.name && message.body.includes(about)),
    );
    if (!rule) return "arrive";
    rule.times -= 1;
    return rule.fate;
  }

  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    on(name, fate, { about, times = 1 }) {
      rules.push({ name, fate, about, times });
    },
    away() {
      isAway = true;
    },
    back() {
      isAway = false;
    },
    messages,
    waitFor: (predicate) => waiters.waitFor(predicate),
    async close() {
      await close(server);
      waiters.end();
    },
  };
}

const commandView = z.tuple([z.string(), z.string()], z.union([z.string(), z.number()]));
const SETTLE_DIGEST = sha1(SETTLE);
const NAMES = new Map(
  Object.entries(SCRIPTS).flatMap(([name, script]) => [
    [sha1(script), name as MessageName] as const, // A key of SCRIPTS.
    [script, name as MessageName] as const,
  ]),
);

function nameOf(body: unknown): MessageName {
  const command = commandView.safeParse(body);
  if (!command.success) return "other";
  const [, script, keys, ...rest] = command.data;
  if (script !== SETTLE_DIGEST && script !== SETTLE) return NAMES.get(script) ?? "other";
  return z.enum(["settle", "release", "void"]).parse(rest[Number(keys)]);
}

/** One, or all of a pipeline. */
function commandsIn(body: string): unknown[] {
  const sent = parsed(body);
  const pipeline = z.array(z.array(z.unknown())).safeParse(sent);
  return pipeline.success ? pipeline.data : [sent];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // No command of ours.
  }
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
