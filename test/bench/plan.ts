import * as z from "zod";

// What Postgres says of a plan (EXPLAIN, FORMAT JSON). Pure.

export interface Plan {
  /** Of indexes, and of tables that were read from end to end. */
  read: string[];
  /** Rows that came out of tables and indexes, and rows that a filter threw away. */
  rows: number;
}

interface Node {
  "Relation Name"?: string | undefined;
  "Index Name"?: string | undefined;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number | undefined;
  Plans?: Node[] | undefined;
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    "Relation Name": z.string().optional(),
    "Index Name": z.string().optional(),
    "Actual Rows": z.number(),
    "Actual Loops": z.number(),
    "Rows Removed by Filter": z.number().optional(),
    Plans: z.array(node).optional(),
  }),
);
const explained = z.tuple([z.object({ Plan: node })]);

export function planOf(json: string): Plan {
  const [{ Plan: root }] = explained.parse(JSON.parse(json));
  const scans = nodesOf(root).filter(
    (each) => each["Relation Name"] !== undefined || each["Index Name"] !== undefined,
  );
  const rows = scans.map(
    (each) => (each["Actual Rows"] + (each["Rows Removed by Filter"] ?? 0)) * each["Actual Loops"],
  );
  return {
    read: [...new Set(scans.map((each) => each["Index Name"] ?? `all of ${each["Relation Name"]}`))],
    rows: Math.round(rows.reduce((sum, each) => sum + each, 0)),
  };
}

function nodesOf(root: Node): Node[] {
  return [root, ...(root.Plans ?? []).flatMap(nodesOf)];
}
