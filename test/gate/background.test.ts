import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lapseEnded } from "../../src/ledger/lapse.ts";
import { startRig, type Rig } from "../support/books-rig.ts";
import { EVERY_ATTEMPT } from "../support/faults.ts";
import { gateWorker, type GateWorker } from "../support/gate-rig.ts";

// Responses that are made in the background: billed, and billed once (R45).

const BODY = { model: "gpt-4o-mini", input: "hi", max_output_tokens: 100, background: true };
const USAGE = { input_tokens: 1_000, output_tokens: 100, total_tokens: 1_100 };
/** 0.15 and 0.60 USD a million. https://platform.openai.com/docs/pricing */
const COST = 1_000 * 150 + 100 * 600;
const HOUR_MS = 3_600_000;

const QUEUED = {
  id: "resp_1",
  object: "response",
  background: true,
  status: "queued",
  output: [],
  usage: null,
};
const DONE = { ...QUEUED, status: "completed", model: "gpt-4o-mini", usage: USAGE };

describe("a response that is made in the background", () => {
  let rig: Rig;
  let org: string;
  let worker: GateWorker;
  /** What the provider says of the response. */
  let says: unknown;

  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  beforeEach(async () => {
    org = rig.organization().replace("_", "_b");
    says = QUEUED;
    worker = await gateWorker(rig, org, provider);
  });

  const provider = (request: Request) =>
    Promise.resolve(new URL(request.url).searchParams.has("stream") ? streamOf(says) : Response.json(says));

  const streamOf = (response: unknown) => {
    const events = [QUEUED, response].map((stated, number) => {
      const type = number === 0 ? "response.queued" : "response.completed";
      return `event: ${type}\ndata: ${JSON.stringify({ type, response: stated })}\n\n`;
    });
    return new Response(events.join(""), { headers: { "content-type": "text/event-stream" } });
  };

  async function begin(): Promise<void> {
    const response = await worker.call("POST", "/openai/v1/responses", BODY);
    expect(await response.json()).toEqual(QUEUED);
    await worker.rest();
  }
  async function ask(by = worker, path = "/openai/v1/responses/resp_1", method = "GET"): Promise<unknown> {
    const response = await by.call(method, path);
    const answer: unknown = path.includes("stream") ? await response.text() : await response.json();
    expect(response.status).toBe(200);
    await by.rest();
    return answer;
  }
  const entries = () =>
    rig.rows(
      "select kind, amount, usage, estimated, outcome from ledger_entries where organization_id = $1 order by at",
      org,
    );

  test("holds its money until somebody hears of its end, and then costs what it says, once", async () => {
    await begin();
    const held = await worker.budget();
    expect(held?.spent).toBe(0);
    expect(held?.held).toBeGreaterThan(0);
    await ask();
    expect(await worker.budget()).toEqual(held);

    says = DONE;
    expect(await ask()).toEqual(DONE);
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
    await ask();
    await ask();
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
    expect(await entries()).toMatchObject([
      { kind: "settled", amount: String(COST), estimated: "f", outcome: "completed" },
    ]);
  });

  test("tells no cost before its end", async () => {
    const response = await worker.call("POST", "/openai/v1/responses", BODY);
    expect(response.headers.get("x-tollgate-cost-usd")).toBeNull();
    expect(response.headers.get("x-tollgate-hold-usd")).not.toBeNull();
    await response.text();
    await worker.rest();
  });

  test("is settled once by two that ask at once, on two Workers", async () => {
    await begin();
    says = DONE;
    const other = await gateWorker(rig, org, provider);
    await Promise.all([ask(), ask(), ask(other)]);
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
    expect(await entries()).toHaveLength(1);
  });

  test("is settled by the end of a stream that somebody asks for", async () => {
    await begin();
    says = DONE;
    expect(await ask(worker, "/openai/v1/responses/resp_1?stream=true")).toContain("response.completed");
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
  });

  test("is settled by its cancellation, where that says what it cost", async () => {
    await begin();
    says = { ...DONE, status: "cancelled" };
    await ask(worker, "/openai/v1/responses/resp_1/cancel", "POST");
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
  });

  test("costs an estimate where it was cancelled in the middle, by the time that it worked (R26)", async () => {
    await begin();
    rig.clock.advance(2_000);
    says = { ...QUEUED, status: "cancelled", model: "gpt-4o-mini" };
    await ask(worker, "/openai/v1/responses/resp_1/cancel", "POST");
    const [entry] = await entries();
    expect(entry).toMatchObject({ estimated: "t", outcome: "cut" });
    // A second beyond the first, at a hundred tokens.
    expect(JSON.parse(entry?.["usage"] ?? "{}")).toMatchObject({ output_total: 100 });
  });

  test("costs nothing where it failed and states no usage", async () => {
    await begin();
    says = { ...QUEUED, status: "failed", error: { code: "server_error", message: "x" } };
    await ask();
    expect(await worker.budget()).toEqual({ spent: 0, held: 0 });
    expect(await entries()).toMatchObject([{ kind: "settled", amount: "0", outcome: "provider_error" }]);
  });

  test("is settled by its call where its end was heard of before the call was written down", async () => {
    let written: Promise<unknown> = Promise.resolve();
    worker.faults.on("keep_background", async () => {
      says = DONE;
      const asking = await gateWorker(rig, org, provider);
      await ask(asking);
      written = asking.rest();
    });
    await begin();
    await written;
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
    expect(await entries()).toHaveLength(1);
  });

  test("is settled by nobody of another organization", async () => {
    await begin();
    says = DONE;
    const stranger = await gateWorker(rig, `${org}x`, provider);
    await ask(stranger);
    expect((await worker.budget())?.spent).toBe(0);
    await ask();
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
  });

  test("is settled by nothing that another provider says of its id", async () => {
    await begin();
    says = { ...DONE, usage: { input_tokens: 1, output_tokens: 1 } };
    await ask(worker, "/groq/openai/v1/responses/resp_1");
    expect((await worker.budget())?.spent).toBe(0);
  });

  test("is settled by a later answer where Postgres is away at the first", async () => {
    await begin();
    says = DONE;
    worker.faults.on("tell_background", "lose_request");
    expect(await ask()).toEqual(DONE);
    expect((await worker.budget())?.spent).toBe(0);
    expect(worker.books.reports).toContain("background_unsettled");
    await ask();
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
  });

  test("is settled by a later answer where the first one's settle reaches neither store", async () => {
    await begin();
    says = DONE;
    worker.faults.on("settle", "lose_request", { times: EVERY_ATTEMPT });
    worker.faults.on("strand", "lose_request");
    await ask();
    expect((await worker.budget())?.spent).toBe(0);
    await ask();
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
    expect(await entries()).toHaveLength(1);
  });

  test("law 12: is charged at its hold where it can't be written down", async () => {
    worker.faults.on("keep_background", "lose_request");
    await begin();
    const { spent = 0, held } = (await worker.budget()) ?? {};
    expect(spent).toBeGreaterThan(0);
    expect(held).toBe(0);
    expect(await entries()).toMatchObject([{ kind: "settled", amount: String(spent), estimated: "t" }]);
    says = DONE;
    await ask();
    expect(await worker.budget()).toEqual({ spent, held: 0 });
  });

  test("is charged at its hold where nobody asks for hours, visibly, and corrected when somebody does (law 5)", async () => {
    await begin();
    const hold = (await worker.budget())?.held;
    rig.clock.advance(HOUR_MS);
    await lapseEnded(worker.books, org);
    expect(await worker.budget()).toEqual({ spent: 0, held: hold });
    rig.clock.advance(HOUR_MS + 1);
    await lapseEnded(worker.books, org);
    expect(await worker.budget()).toEqual({ spent: hold, held: 0 });
    says = DONE;
    await ask();
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
    expect((await entries()).reduce((sum, { amount }) => sum + Number(amount), 0)).toBe(COST);
  });

  test("is settled by its own stream where that comes to its end, and later answers cost nothing", async () => {
    says = DONE;
    const streamed = await worker.call("POST", "/openai/v1/responses?stream", { ...BODY, stream: true });
    await streamed.text();
    await worker.rest();
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
    await ask();
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
    expect(await entries()).toHaveLength(1);
  });

  test("whose stream breaks off is settled by who asks for it later", async () => {
    const begun = `data: ${JSON.stringify({ type: "response.queued", response: QUEUED })}\n\n`;
    const cut = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(begun)),
      pull: (controller) => controller.error(new Error("cut")),
    });
    const breaking = await gateWorker(rig, org, () =>
      Promise.resolve(new Response(cut, { headers: { "content-type": "text/event-stream" } })),
    );
    const streamed = await breaking.call("POST", "/openai/v1/responses", { ...BODY, stream: true });
    await streamed.text().catch(() => undefined); // It breaks off for the client, too.
    await breaking.rest();
    expect((await worker.budget())?.held).toBeGreaterThan(0);
    says = DONE;
    await ask();
    expect(await worker.budget()).toEqual({ spent: COST, held: 0 });
  });

  test("is forgotten a month later, on the way of later ones, whether it ended or not, and bills nobody again", async () => {
    const kept = () =>
      rig.rows("select response_id from background_responses where organization_id = $1 order by 1", org);
    const beginAs = async (id: string) => {
      says = { ...QUEUED, id };
      await (await worker.call("POST", "/openai/v1/responses", BODY)).text();
      await worker.rest();
    };
    await beginAs("resp_1");
    await beginAs("resp_2");
    says = DONE;
    await ask();
    rig.clock.advance(30 * 24 * HOUR_MS);
    await beginAs("resp_3");
    expect(await kept()).toHaveLength(3);
    rig.clock.advance(HOUR_MS);
    await beginAs("resp_4");
    expect(await kept()).toMatchObject([{ response_id: "resp_3" }, { response_id: "resp_4" }]);
    const before = await worker.budget();
    says = DONE;
    await ask();
    expect(await worker.budget()).toEqual(before);
  });

  test("asking for one that was made at once costs nothing, and asks Postgres nothing", async () => {
    says = { ...DONE, background: false };
    expect(await ask()).toEqual(says);
    expect(worker.faults.count("tell_background")).toBe(0);
    expect(worker.faults.count("settle")).toBe(0);
  });
});
