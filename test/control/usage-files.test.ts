import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { ADMIN_KEY, type Harness, startHarness } from "./harness.ts";
import { book, entryRow } from "./entries.ts";
import { createControl } from "../../src/control/control.ts";

// Reports as CSV files.

const CUSTOMERS = 230;

let harness: Harness;
let get: (path: string) => Promise<Response>;
beforeAll(async () => {
  harness = await startHarness();
  const app = createControl(() => harness.services);
  get = async (path) => app.request(path, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
});
afterAll(() => harness.close());

test("a file has a head, whatever rows there are, and no formula", async () => {
  const empty = await get("/api/v1/usage?format=csv&group_by=day,customer");
  expect(await empty.text()).toBe("day,customer,requests,input_tokens,output_tokens,cost\r\n");
  expect(Object.fromEntries(empty.headers)).toMatchObject({
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-disposition": 'attachment; filename="usage.csv"',
    "cache-control": "no-store",
  });
  await book(harness, entryRow({ customer: '=cmd|"x"', amount: -1, organizationId: "org_a" }));
  const file = await get("/api/v1/usage?format=csv&group_by=day,customer&organization_id=org_a");
  expect((await file.text()).split("\r\n")[1]).toBe(`2026-05-13,"'=cmd|""x""",1,10,5,-0.000000001`);
});

test("a file is whole where no limit is named; else its head links the next one", async () => {
  const names = Array.from({ length: CUSTOMERS }, (_, n) => `customer ${String(n).padStart(3, "0")}`);
  await book(harness, ...names.map((customer) => entryRow({ customer })));
  const whole = await get("/api/v1/usage?format=csv&group_by=customer");
  expect(whole.headers.get("link")).toBeNull();
  expect(customersIn(await whole.text())).toEqual(names);

  const listed: string[] = [];
  let next: string | undefined = "/api/v1/usage?format=csv&group_by=customer&limit=100";
  for (let files = 0; next !== undefined && files < 5; files++) {
    const file: Response = await get(next);
    listed.push(...customersIn(await file.text()));
    next = nextIn(file.headers.get("link"));
  }
  expect(listed).toEqual(names);
});

function customersIn(csv: string): string[] {
  return csv
    .split("\r\n")
    .slice(1, -1)
    .map((line) => z.string().parse(line.split(",")[0]));
}

function nextIn(link: string | null): string | undefined {
  return /^<([^>]+)>; rel="next"$/.exec(link ?? "")?.[1];
}
