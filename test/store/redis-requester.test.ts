import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { close, listen } from "../../src/local/demo/serve.ts";
import { StoreUnavailable } from "../../src/services.ts";
import { createScriptRunner, openRedis, type RunScript } from "../../src/store/redis.ts";
import { withoutSleep } from "./stores.ts";

// What stands between a Worker and Redis may answer in its place.

const TOKEN = "a token that nobody repeats";
const RETRIES = 3;
let server: Server;
let run: RunScript;
/** The commands that came, and what an EVALSHA is answered with. */
let commands: string[];
let answer: { status: number; body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((sent) => {
      const [command = ""] = JSON.parse(sent) as string[];
      commands.push(command);
      const { status, body } = command === "EVALSHA" ? answer : { status: 200, body: '{"result":["ok"]}' };
      response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end(body);
    });
  });
  const port = await listen(server, 0);
  const url = `http://127.0.0.1:${port}`;
  run = createScriptRunner(
    openRedis({ UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: TOKEN }).run,
    withoutSleep,
  );
});
afterAll(() => close(server));
beforeEach(() => {
  commands = [];
});

const asked = () => run({ script: "return {'ok'}", keys: ["k"], args: [1] });

test("a script that Redis doesn't know is sent whole, and wasn't sent unanswered", async () => {
  answer = { status: 400, body: '{"error":"NOSCRIPT No matching script. Please use EVAL."}' };
  expect(await asked()).toEqual({ reply: ["ok"], unanswered: 0 });
  expect(commands).toEqual(["EVALSHA", "EVAL"]);
});

test.each([
  ["a page", 502, "<NOSCRIPT>This page needs JavaScript.</NOSCRIPT>", /answered 502 with no JSON/],
  ["a redirect", 302, "", /answered 302 with no JSON/],
  ["an error that quotes one", 500, '{"error":"ERR upstream: <NOSCRIPT>"}', /ERR upstream/],
  ["nothing", 200, "", /answered 200 with no JSON/],
  ["the token", 401, `Bearer ${TOKEN}`, /answered 401 with no JSON/],
  ["another kind of JSON", 200, "null", /./],
  ["no reply of a script", 200, '{"result":null}', /no array/],
])("an answer of %s is none: the script may have run, and each attempt counts", async (...row) => {
  const [, status, body, cause] = row;
  answer = { status, body };
  const failure: unknown = await asked().catch((error: unknown) => error);
  if (!(failure instanceof StoreUnavailable)) throw new Error("Redis can't be asked");
  expect(String(failure.cause)).toMatch(cause);
  expect(String(failure.cause)).not.toContain(TOKEN);
  expect(commands).toEqual(Array.from({ length: 1 + RETRIES }, () => "EVALSHA"));
});
