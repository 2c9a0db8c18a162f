import { beforeEach, describe, expect, test } from "vitest";
import { ATTEMPT_TIMEOUT_MS, type Command, type RunCommand, type Told } from "../../src/store/redis.ts";
import { MAX_SHARED_LENGTH, MAX_TOGETHER, PATIENCE_MS, together } from "../../src/store/together.ts";

/** A request to Redis that waits for the test to answer it. */
interface Request {
  commands: Command[];
  answer: (told: Told[]) => void;
  fail: (error: Error) => void;
}

let requests: Request[];
let timers: { atMs: number; callback: () => void }[];
let nowMs: number;
let run: RunCommand;

beforeEach(() => {
  requests = [];
  timers = [];
  nowMs = 0;
  const send = (commands: Command[]) =>
    new Promise<Told[]>((answer, fail) => requests.push({ commands, answer, fail }));
  const redis = {
    run: async (command: Command) => {
      const [told] = await send([command]);
      if (!told || "error" in told) throw told?.error;
      return told.reply;
    },
    runAll: send,
  };
  run = together(redis, {
    now: () => nowMs,
    after(milliseconds, callback) {
      const timer = { atMs: nowMs + milliseconds, callback };
      timers.push(timer);
      return () => void (timers = timers.filter((other) => other !== timer));
    },
  });
});

const TOGETHER = { together: true };
const script = (name: string, digest = "reserve"): Command => ["EVALSHA", digest, 1, "key", name];
const echo = ({ commands }: Request): Told[] => commands.map((command) => ({ reply: command.at(-1) }));
const sent = () => requests.map(({ commands }) => commands.map((command) => command.at(-1)));
/** Lets all that is ready go on. */
const settle = async () => {
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
};
const answer = async (index: number) => {
  const request = requests[index];
  request?.answer(echo(request));
  await settle();
};
const ask = (command: Command) => run(command, TOGETHER);
const failureOf = (reply: Promise<unknown>) => reply.then(() => "none", String);
/** All timers that end by then are over. */
const pass = async (milliseconds: number) => {
  nowMs += milliseconds;
  const due = timers.filter(({ atMs }) => atMs <= nowMs);
  timers = timers.filter(({ atMs }) => atMs > nowMs);
  for (const { callback } of due) callback();
  await settle();
};

describe("scripts of one isolate", () => {
  test("go at once where no other is under way", async () => {
    const first = ask(script("a"));
    expect(sent()).toEqual([["a"]]);
    await answer(0);
    expect(await first).toBe("a");
    void ask(script("b"));
    expect(sent()).toEqual([["a"], ["b"]]);
    expect(timers).toEqual([]);
  });

  test("go in one request once the one under way is answered, and each gets its own reply", async () => {
    const replies = ["a", "b", "c", "d"].map((name) => ask(script(name)));
    expect(sent()).toEqual([["a"]]);
    await answer(0);
    expect(sent()).toEqual([["a"], ["b", "c", "d"]]);
    await answer(1);
    expect(await Promise.all(replies)).toEqual(["a", "b", "c", "d"]);
    expect(timers).toEqual([]);
  });

  test("wait no longer than their patience for one that hangs, and the next is led by who came then", async () => {
    void ask(script("hangs"));
    const replies = ["b", "c"].map((name) => ask(script(name)));
    await pass(PATIENCE_MS);
    expect(sent()).toEqual([["hangs"], ["b", "c"]]);
    const later = ask(script("d"));
    await answer(1);
    expect(await Promise.all(replies)).toEqual(["b", "c"]);
    expect(sent()).toEqual([["hangs"], ["b", "c"], ["d"]]);
    await answer(2);
    expect(await later).toBe("d");
  });

  test("are no more than so many in one request: the others go in one beside it", async () => {
    const replies = Array.from({ length: MAX_TOGETHER + 5 }, (_, i) => ask(script(`s${i}`)));
    await answer(0);
    expect(requests.map(({ commands }) => commands.length)).toEqual([1, MAX_TOGETHER, 4]);
    await answer(1);
    await answer(2);
    expect((await Promise.all(replies)).at(-1)).toBe(`s${MAX_TOGETHER + 4}`);
  });
});

describe("a script", () => {
  test("that Redis refuses fails alone", async () => {
    void ask(script("a"));
    const [bad, good] = [ask(script("bad")), ask(script("good"))];
    const failure = failureOf(bad);
    await answer(0);
    requests[1]?.answer([{ error: new Error("NOSCRIPT") }, { reply: "good" }]);
    expect(await failure).toContain("NOSCRIPT");
    expect(await good).toBe("good");
  });

  test.each([
    ["as the request does", (request?: Request) => request?.fail(new Error("reset")), "reset"],
    ["where its reply lacks", (request?: Request) => request?.answer([]), "fewer"],
  ])("fails %s, and those that wait go on", async (_what, breakOff, message) => {
    void ask(script("a"));
    const failures = [ask(script("b")), ask(script("c"))].map(failureOf);
    await answer(0);
    const later = ask(script("d"));
    breakOff(requests[1]);
    for (const failure of failures) expect(await failure).toContain(message);
    await settle();
    expect(sent()[2]).toEqual(["d"]);
    await answer(2);
    expect(await later).toBe("d");
  });

  test("whose sender died has no answer, in time; and then the next goes at once again", async () => {
    void ask(script("a"));
    void ask(script("dies"));
    const failure = failureOf(ask(script("left")));
    await answer(0);
    expect(sent()).toEqual([["a"], ["dies", "left"]]);
    await pass(PATIENCE_MS + ATTEMPT_TIMEOUT_MS);
    expect(await failure).toContain("in time");
    void ask(script("next"));
    expect(sent()[2]).toEqual(["next"]);
  });

  test.each([
    ["isn't asked for with others", script("again"), {}],
    ["is long", ["EVALSHA", "reserve", 0, "x".repeat(MAX_SHARED_LENGTH)], TOGETHER],
    ["is another one than is under way", script("other", "settle"), TOGETHER],
  ])("that %s goes by itself", async (_what, command, options) => {
    void ask(script("a"));
    void ask(script("b"));
    void run(command, options);
    expect(requests.map(({ commands }) => commands)).toEqual([[script("a")], [command]]);
    await answer(0);
    expect(sent()[2]).toEqual(["b"]);
  });
});
