import * as z from "zod";

// What Postgres says of a plan (EXPLAIN, FORMAT JSON). Pure.

export interface Plan {
  /** Of indexes, and of tables that were read from end to end. */
  read: string[];
  /** Rows that came out of tables and indexes, and rows that a filter threw away. */
  rows: number;
}

interface Node {
  "Node Type": string;
  "Relation Name"?: string | undefined;
  "Index Name"?: string | undefined;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number | undefined;
  Plans?: Node[] | undefined;
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
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
  const nodes = nodesOf(root);
  // A bitmap of an index has no relation: its rows come out of the table.
  const rows = nodes
    .filter((each) => each["Relation Name"] !== undefined)
    .map((each) => (each["Actual Rows"] + (each["Rows Removed by Filter"] ?? 0)) * each["Actual Loops"]);
  return {
    read: [...new Set(nodes.flatMap(readBy))],
    rows: Math.round(rows.reduce((sum, each) => sum + each, 0)),
  };
}

function readBy({ "Node Type": type, "Relation Name": table, "Index Name": index }: Node): string[] {
  if (index !== undefined) return [index];
  return type === "Seq Scan" ? [`all of ${table}`] : [];
}

function nodesOf(root: Node): Node[] {
  return [root, ...(root.Plans ?? []).flatMap(nodesOf)];
}
