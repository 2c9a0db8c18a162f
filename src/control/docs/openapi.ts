import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { ROLES } from "../../ledger/control-schema.ts";
import { mayCall } from "../frame/access.ts";
import type { Operation } from "../frame/operation.ts";
import { problemShape, timeShape } from "../frame/shapes.ts";
import { CONTROL_BASE, OPERATIONS, ROOT_OPERATIONS } from "../operations.ts";
import { EVENT_SHAPES, type EventShape } from "../webhooks/event-shapes.ts";

// OpenAPI 3.1, made from the same objects that route and check the calls. Pure.

const VERSION = "1";
const DESCRIPTION =
  "Keys, budgets and the books of Tollgate. Money is decimal text in USD; times are RFC 3339 in UTC. PATCH: an absent field keeps its value, null clears it. Lists take `limit` and `cursor`. Errors are `application/problem+json`.";
const SECURITY = { public: [], key: [{ clientKey: [] }] };
const problem = { "application/problem+json": { schema: problemShape } };

/** The whole document. */
export function openApiDocument() {
  const registry = new OpenAPIRegistry();
  registry.registerComponent("securitySchemes", "admin", {
    type: "http",
    scheme: "bearer",
    description: "ADMIN_KEY, or a management token.",
  });
  registry.registerComponent("securitySchemes", "clientKey", {
    type: "http",
    scheme: "bearer",
    description: "A client's own virtual key.",
  });
  for (const operation of ROOT_OPERATIONS) registry.registerPath(pathOf("Health", "", operation));
  for (const [tag, operations] of Object.entries(OPERATIONS))
    for (const operation of operations) registry.registerPath(pathOf(tag, CONTROL_BASE, operation));
  for (const [type, shape] of Object.entries(EVENT_SHAPES)) registry.registerWebhook(webhookOf(type, shape));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "Tollgate",
      version: VERSION,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ admin: [] }],
    tags: ["Health", ...Object.keys(OPERATIONS)].map((name) => ({ name })),
  });
}

function pathOf(tag: string, base: string, operation: Operation): RouteConfig {
  const { method, path, summary, access } = operation;
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [name, z.string().min(1)]);
  return {
    method: method.toLowerCase() as Lowercase<typeof method>,
    path: base + path,
    operationId: operationId(operation),
    tags: [tag],
    summary,
    description: [operation.description, rolesOf(operation)].filter(Boolean).join(" "),
    ...(access in SECURITY && { security: SECURITY[access as keyof typeof SECURITY] }),
    request: {
      params: z.object(Object.fromEntries(parameters)),
      query: operation.query,
      ...(operation.idempotent && { headers: idempotencyHeader }),
      ...bodyOf(operation),
    },
    responses: {
      ...Object.fromEntries(answersOf(operation)),
      default: { description: "A problem", content: problem },
    },
  };
}

/** What an operator's own server gets. */
function webhookOf(type: string, { when, data }: EventShape): RouteConfig {
  const message = z.strictObject({ type: z.literal(type), timestamp: timeShape, data });
  return {
    method: "post",
    path: type,
    operationId: type,
    tags: ["Webhooks"],
    summary: when,
    security: [],
    request: {
      headers: signatureHeaders,
      body: { required: true, content: { "application/json": { schema: message } } },
    },
    responses: {
      "2XX": { description: "It was delivered. After any other answer, or none in 10 s, it is tried again." },
    },
  };
}

/** https://www.standardwebhooks.com */
const signatureHeaders = z.object({
  "webhook-id": z.string().meta({ description: "The delivery's: the same in each attempt." }),
  "webhook-timestamp": z.string().meta({ description: "Of the attempt, in seconds." }),
  "webhook-signature": z.string().meta({ description: "`v1,…` for each secret that counts." }),
});

const idempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: "The same call with the same key gets the first one's answer, for 24 hours." }),
});

function bodyOf({ body, optionalBody, example }: Operation) {
  if (!body) return {};
  const content = {
    "application/json": { schema: withoutFixed(body), ...(example !== undefined && { example }) },
  };
  return { body: { required: !optionalBody, content } };
}

/** Fields that are refused with a word of their own are none that a body has. */
function withoutFixed(body: z.ZodType): z.ZodType {
  if (!(body instanceof z.ZodObject)) return body;
  const isTaken = (field: unknown) =>
    !(field instanceof z.ZodOptional && field.unwrap() instanceof z.ZodNever);
  return z.strictObject(Object.fromEntries(Object.entries(body.shape).filter(([, field]) => isTaken(field))));
}

function answersOf({ answers }: Operation) {
  return Object.entries(answers).map(([status, { what, schema, contentTypes = [] }]) => {
    const others = contentTypes.map((type) => [type, { schema: z.string() }]);
    const content = schema && { "application/json": { schema }, ...Object.fromEntries(others) };
    return [status, { description: what, ...(content && { content }) }] as const;
  });
}

/** "listKeys", "rotateKey": by the summary's first words would change with them, so by method and path. */
function operationId({ method, path }: Operation): string {
  const words = path
    .split("/")
    .flatMap((part) => (part.startsWith("{") ? ["by", part.slice(1, -1)] : part.split("-")));
  return [method.toLowerCase(), ...words.filter(Boolean).map(capitalized)].join("");
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Whose tokens may make the call. */
function rolesOf({ access, method, reads = false }: Operation): string | undefined {
  if (access === "public" || access === "key") return undefined;
  const may = ROLES.filter((role) => {
    const teamId = role === "team-admin" ? "a team" : null;
    return mayCall({ actor: "", role, organizationId: null, teamId }, access, method === "GET" || reads);
  });
  return `Roles: ${may.join(", ")}.`;
}
