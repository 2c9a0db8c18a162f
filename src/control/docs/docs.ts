import type { Hono } from "hono";
import type { ControlEnv } from "../frame/context.ts";
import { json } from "../frame/operation.ts";
import { openApiDocument } from "./openapi.ts";
import { docsPage } from "./page.ts";

/** Nothing of the page comes from elsewhere, and nothing in it runs. */
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** `/openapi.json` and `/docs`: made on the first call, for they don't change while a Worker lives. */
export function mountDocs(app: Hono<ControlEnv>): void {
  let document: ReturnType<typeof openApiDocument> | undefined;
  let page: Promise<string> | undefined;
  app.get("/openapi.json", () => json((document ??= openApiDocument())));
  app.get("/docs", async () => {
    page ??= docsPage((document ??= openApiDocument()));
    return new Response(await page, { headers: PAGE_HEADERS });
  });
}
