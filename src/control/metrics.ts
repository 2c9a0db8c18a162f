import { type BooksGauges, exposition } from "../observe/exposition.ts";
import { ORGANIZATION_CALLS } from "../observe/count.ts";
import { type Operation, operation } from "./frame/operation.ts";

/** Organizations whose books are looked at, those with the most calls first: each is three commands in Redis. */
const MAX_ORGANIZATIONS = 50;
/** https://prometheus.io/docs/instrumenting/exposition_formats/#basic-info */
const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** `/metrics`: how the deployment does. */
export function metricsOperations(): Operation[] {
  return [metrics];
}

const metrics = operation({
  method: "GET",
  path: "/metrics",
  summary: "Counts of calls, refusals, lapses and overruns, and how the stores do, for Prometheus",
  description:
    "Counts come from every isolate once in METRICS_FLUSH_SECONDS; one that ends takes its last with it. The ledger is exact, this is not. Of organizations, the 50 with the most calls.",
  access: "deployment",
  answers: { 200: { what: "The text format of Prometheus", contentTypes: [CONTENT_TYPE] } },
  async handle(c) {
    const { services } = c.var;
    const counted = await services.readMetrics();
    const books = await Promise.all(busiest(counted).map((org) => gaugesOf(org)));
    return new Response(exposition(counted, books, services.now()), {
      headers: { "content-type": CONTENT_TYPE },
    });

    async function gaugesOf(organizationId: string): Promise<BooksGauges> {
      return { organizationId, ...(await services.readBacklog(organizationId)) };
    }
  },
});

const ORGANIZATION = new RegExp(`^${ORGANIZATION_CALLS}\\{organization="([^"\\\\]+)"\\}$`);

function busiest(counted: ReadonlyMap<string, number>): string[] {
  return [...counted]
    .flatMap(([series, calls]) => {
      const organization = ORGANIZATION.exec(series)?.[1];
      return organization === undefined ? [] : [{ organization, calls }];
    })
    .sort((a, b) => b.calls - a.calls)
    .slice(0, MAX_ORGANIZATIONS)
    .map(({ organization }) => organization);
}
