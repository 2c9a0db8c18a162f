import { html, raw } from "hono/html";
import * as z from "zod";

// The reference as one page of plain HTML, from the document alone. It has no script, so it needs none from elsewhere.

type Document = z.infer<typeof documentShape>;
type Schema = Record<string, unknown>;

const parameter = z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional() });
const media = z.looseObject({
  schema: z.record(z.string(), z.unknown()).optional(),
  example: z.unknown().optional(),
});
const described = z.looseObject({
  description: z.string().optional(),
  content: z.record(z.string(), media).optional(),
});
const operation = z.looseObject({
  summary: z.string(),
  description: z.string().optional(),
  operationId: z.string(),
  tags: z.array(z.string()),
  parameters: z.array(parameter).optional(),
  requestBody: described.optional(),
  responses: z.record(z.string(), described),
});
type Operation = z.infer<typeof operation>;
const documentShape = z.looseObject({
  info: z.looseObject({ title: z.string(), description: z.string() }),
  tags: z.array(z.looseObject({ name: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
code,pre{font:13px/1.45 ui-monospace,monospace;background:#f3f4f6;border-radius:4px}code{padding:1px 4px}pre{padding:.7rem;overflow:auto}
h2{margin-top:2.5rem;border-bottom:1px solid #d8dde3}summary{cursor:pointer;padding:.35rem 0}summary b{display:inline-block;min-width:4.2rem}
details{border-bottom:1px solid #eceff2}nav a{margin-right:1rem}@media(prefers-color-scheme:dark){body{background:#14171a;color:#e6e8ea}code,pre{background:#22272c}}`;

export async function docsPage(given: unknown): Promise<string> {
  const document = documentShape.parse(given);
  const { info, tags, paths, components } = document;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${info.title}: REST interface</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>${info.title}: REST interface</h1>
        <p>${info.description}</p>
        <p>The same as OpenAPI 3.1: <a href="/openapi.json">/openapi.json</a></p>
        <nav>
          ${tags.map(({ name }) => html`<a href="#${name}">${name}</a> `)}<a href="#shapes">Shapes</a>
        </nav>
        ${tags.map(({ name }) => section(name, paths))}
        <h2 id="shapes">Shapes</h2>
        ${Object.entries(components.schemas).map(([name, schema]) => shape(name, schema))}
      </body>
    </html>`;
  return page;
}

function section(tag: string, paths: Document["paths"]) {
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes(tag))
      .map(([method, each]) => call(method.toUpperCase(), path, each)),
  );
  return html`<h2 id="${tag}">${tag}</h2>
    ${calls}`;
}

function call(method: string, path: string, { summary, description, operationId, ...parts }: Operation) {
  const content = parts.requestBody?.content?.["application/json"];
  return html`<details id="${operationId}">
    <summary><b>${method}</b> <code>${path}</code> ${summary}</summary>
    <p>${description ?? ""}</p>
    ${(parts.parameters ?? []).map(
      (each) =>
        html`<div>
          <code>${each.name}</code> in ${each.in}${each.required ? ", required" : ""} ${note(each["schema"])}
        </div>`,
    )}
    ${
      content?.schema
        ? html`<p>Body</p>
            <pre>${pretty(content.schema)}</pre>`
        : ""
    }
    ${
      content?.example === undefined
        ? ""
        : html`<p>Example</p>
            <pre>${curl(method, path, content.example)}</pre>`
    }
    <p>Answers</p>
    ${Object.entries(parts.responses).map(
      ([status, answer]) =>
        html`<div><code>${status}</code> ${answer.description ?? ""} ${reference(answer)}</div>`,
    )}
  </details>`;
}

function shape(name: string, schema: Schema) {
  return html`<details id="shape-${name}">
    <summary><code>${name}</code> ${note(schema)}</summary>
    <pre>${pretty(schema)}</pre>
  </details>`;
}

function note(schema: unknown): string {
  const parsed = z.looseObject({ description: z.string() }).safeParse(schema);
  return parsed.success ? parsed.data.description : "";
}

/** A link to the shape of an answer that has a name. */
function reference({ content }: z.infer<typeof described>): ReturnType<typeof html> | string {
  const named = /"#\/components\/schemas\/(\w+)"/.exec(JSON.stringify(content ?? {}))?.[1];
  return named === undefined ? "" : html`<a href="#shape-${named}">${named}</a>`;
}

function curl(method: string, path: string, example: unknown): string {
  return `curl -X ${method} "$TOLLGATE${path}" \\\n  -H "authorization: Bearer $ADMIN_KEY" \\\n  -d '${JSON.stringify(example)}'`;
}

function pretty(schema: Schema): string {
  return JSON.stringify(schema, null, 2).replaceAll('"#/components/schemas/', '"');
}
