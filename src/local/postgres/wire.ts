// The wire format of Neon's SQL over HTTP: headers and body in, results and errors out. Pure.
// Source: the client, https://github.com/neondatabase/serverless/blob/main/src/httpQuery.ts

import type { IncomingHttpHeaders } from "node:http";
import * as z from "zod";
import type { Statement, StatementResult, TransactionMode } from "./backend.ts";

/** What one request asks for; `refused` carries the sentence for the client. */
export type Call =
  | { kind: "single"; statement: Statement }
  | { kind: "batch"; statements: Statement[]; mode: TransactionMode }
  | { kind: "refused"; message: string };

const MAX_STATEMENTS = 10_000;

/** The client sends text and null; other JSON scalars are taken as Neon takes them, as their text. */
const param = z.union([z.string(), z.null(), z.number().transform(String), z.boolean().transform(String)]);
const query = z
  .object({ query: z.string(), params: z.array(param).default([]) })
  .transform(({ query, params }): Statement => ({ text: query, params }));
const body = z.union([z.object({ queries: z.array(query).max(MAX_STATEMENTS) }), query]);

const ISOLATION = {
  ReadUncommitted: "READ UNCOMMITTED",
  ReadCommitted: "READ COMMITTED",
  RepeatableRead: "REPEATABLE READ",
  Serializable: "SERIALIZABLE",
} as const;
const isolationName = z.enum(["ReadUncommitted", "ReadCommitted", "RepeatableRead", "Serializable"]);

/** Every request is its own session, so a transaction left open would leak into a stranger's statement. */
const TRANSACTION_CONTROL =
  /^(?:\s|--[^\n]*\n|\/\*.*?\*\/)*(?:begin|start|commit|end|abort|rollback|savepoint|release|prepare\s+transaction)\b/is;

export function parseCall(headers: IncomingHttpHeaders, text: string): Call {
  if (headers["neon-raw-text-output"] !== "true") {
    return { kind: "refused", message: "Only Neon-Raw-Text-Output: true is spoken here" };
  }
  const parsed = body.safeParse(parseJson(text));
  if (!parsed.success) return { kind: "refused", message: "Expected {query, params} or {queries} as JSON" };
  const statements = "queries" in parsed.data ? parsed.data.queries : [parsed.data];
  if (statements.some(({ text }) => TRANSACTION_CONTROL.test(text))) {
    return { kind: "refused", message: "Transaction control is not possible over HTTP: send a batch" };
  }
  if (!("queries" in parsed.data)) return { kind: "single", statement: parsed.data };

  const isolation = isolationName.optional().safeParse(headers["neon-batch-isolation-level"]);
  if (!isolation.success) return { kind: "refused", message: "Unknown Neon-Batch-Isolation-Level" };
  return {
    kind: "batch",
    statements,
    mode: {
      isolation: isolation.data && ISOLATION[isolation.data],
      readOnly: headers["neon-batch-read-only"] === "true",
      deferrable: headers["neon-batch-deferrable"] === "true",
    },
  };
}

/** One result as the client reads it: rows as arrays if `arrayMode`, else as objects by column name. */
export function resultBody({ command, rowCount, fields, rows }: StatementResult, arrayMode: boolean): object {
  const named = (row: (string | null)[]) => Object.fromEntries(fields.map(({ name }, i) => [name, row[i]]));
  return { command, rowCount, rowAsArray: arrayMode, fields, rows: arrayMode ? rows : rows.map(named) };
}

const errorField = z.string().nullish().catch(null);
const databaseError = z.object({
  message: z.string(),
  code: z.string().regex(/^[0-9A-Z]{5}$/),
  severity: errorField,
  detail: errorField,
  hint: errorField,
  position: errorField,
  internalPosition: errorField,
  internalQuery: errorField,
  where: errorField,
  schema: errorField,
  table: errorField,
  column: errorField,
  dataType: errorField,
  constraint: errorField,
  file: errorField,
  line: errorField,
  routine: errorField,
});

/** The body of a 400 for an error that Postgres itself raised; undefined for any other (a lost connection, a defect). */
export function errorBody(error: unknown): object | undefined {
  return databaseError.safeParse(error).data;
}

/** The password inside the header's connection string, or undefined where there is none to read. */
export function passwordOf(connectionString: string | string[] | undefined): string | undefined {
  if (typeof connectionString !== "string" || !URL.canParse(connectionString)) return undefined;
  return decodeURIComponent(new URL(connectionString).password);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The schema refuses it with the same sentence as any other wrong body.
  }
}
