import type { EstimateSum } from "./estimates.ts";
import type { HoldSum } from "./holds.ts";
import type { Finding, GroupSum, Report } from "./report.ts";
import type { StatedCostSum } from "./stated-costs.ts";

/** For people: what differs first, then the sums. */
export function printReport(report: Report): void {
  const { failures, findings, states } = report;
  section("Differs", failures, findingLine);
  section(
    "Differs, and is no failure",
    findings.filter((finding) => !failures.includes(finding)),
    findingLine,
  );
  section(
    "Usage, by provider and kind: exact of metered",
    report.groups.filter(({ metered }) => metered > 0),
    groupLine,
  );
  section("Unrouted, by provider: kinds", unroutedLines(report.groups), (line) => line);
  section("Hold by cost: median, p90, least", report.holds, holdLine);
  section("The same with the output limit at what was generated", report.tightHolds, holdLine);
  section("Stated costs against list prices", report.statedCosts, statedCostLines);
  section(
    "Estimates against usage: error p10, median, p90; its size median, p90; all together",
    report.estimates,
    estimateLine,
  );
  const { unrouted: noRoute = 0, no_path: noPath = 0, refused = 0, booked = 0, free = 0 } = states;
  console.log(
    `\n${report.cases} cases: ${booked} booked, ${free} free, ${refused} refused, ${noRoute + noPath} with no route. ` +
      `${report.exact}/${report.metered} exact (${report.unpriced} with no price). ${failures.length} failures.`,
  );
}

function section<T>(title: string, items: T[], lineOf: (item: T) => string): void {
  if (items.length > 0) console.log([`\n${title}`, ...items.map((item) => `  ${lineOf(item)}`)].join("\n"));
}

function findingLine({ id, group, fidelity, check, text, reason }: Finding): string {
  return `${id} (${group}, ${fidelity}) ${check}: ${text}${reason === null ? "" : ` [${reason}]`}`;
}

function groupLine({ group, exact, metered, unpriced, states }: GroupSum): string {
  const notes = [
    ...(states.free ? [`${states.free} free`] : []),
    ...(states.refused ? [`${states.refused} refused`] : []),
    ...(unpriced > 0 ? [`${unpriced} with no price`] : []),
  ];
  return `${group} ${exact}/${metered}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

function unroutedLines(groups: GroupSum[]): string[] {
  const unrouted = groups
    .map(({ group, states }) => ({ group, count: (states.unrouted ?? 0) + (states.no_path ?? 0) }))
    .filter(({ count }) => count > 0);
  const byProvider = Map.groupBy(unrouted, ({ group }) => group.slice(0, group.indexOf(" ")));
  return [...byProvider].map(([provider, all]) => {
    const kinds = all.map(({ group, count }) => `${group.slice(provider.length + 1)} ${count}`);
    return `${provider}: ${kinds.join(", ")}`;
  });
}

function holdLine({ group, count, median, p90, least }: HoldSum): string {
  return `${group} (${count}): ${median.toPrecision(3)}, ${p90.toPrecision(3)}, ${least.toPrecision(3)}`;
}

function statedCostLines({ provider, count, unpriced, exact, median, max, worst }: StatedCostSum): string {
  const head = `${provider}: ${count} stated, ${unpriced} with no list price, ${exact} exact; off by ${percent(median)} (median), ${percent(max)} (most)`;
  const lines = worst.map(
    ({ id, model, statedNanoUsd, oursNanoUsd, error }) =>
      `    ${id} ${model}: stated ${statedNanoUsd}, ours ${oursNanoUsd} nano-USD (${percent(error ?? 0)})`,
  );
  return [head, ...lines].join("\n");
}

function estimateLine({ kind, measure, count, p10, median, p90, together, ...sum }: EstimateSum): string {
  const spread = [p10, median, p90].map(percent).join(", ");
  const sizes = [sum.medianSize, sum.p90Size].map(percent).join(", ");
  return `${kind} ${measure} (${count}): ${spread}; ${sizes}; ${percent(together)}`;
}

function percent(share: number): string {
  return Number.isNaN(share) ? "-" : `${(share * 100).toFixed(1)} %`;
}
