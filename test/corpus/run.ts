import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadCases } from "./cases.ts";
import { examine } from "./examine.ts";
import { printReport } from "./print-report.ts";
import { reportOf } from "./report.ts";

// npm run corpus -- DIR --set dev-mini

const HELP = `Runs recorded exchanges with providers through the gate, and compares what is booked with what they cost.

  npm run corpus -- DIR [--set <name or file>] [--only <text>] [--split] [--tight] [--estimates] [--out <file>] [--json]

  DIR          a folder with sets of cases, <name>.ndjson.gz
  --set        which set, or a file of that format (default dev-mini)
  --only       cases whose id, or provider and kind ("openai openai.chat stream"), contain this text
  --split      streams again, cut at random places and byte by byte
  --tight      calls again with the output limit at what was generated: is the input's bound one?
  --estimates  answers again with their usage taken out, to see how far the estimate is off
  --out        writes the usage of each case there, {"id", "usage"} a line
  --json       prints the report as JSON

Exit code 1 if a case that was recorded as it went over the wire differs and is no named exception.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    set: { type: "string", default: "dev-mini" },
    only: { type: "string", default: "" },
    split: { type: "boolean", default: false },
    tight: { type: "boolean", default: false },
    estimates: { type: "boolean", default: false },
    out: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const [folder] = positionals;

if (values.help) console.log(HELP);
else if (folder === undefined) {
  console.error(HELP);
  process.exitCode = 2;
} else process.exitCode = await run(folder);

async function run(dir: string): Promise<number> {
  const cases = loadCases(dir, values.set);
  const examined = await examine(cases, { ...values, progress: (line) => console.error(line) });
  if (values.out !== undefined) {
    const lines = examined.map(({ recorded, metered }) =>
      JSON.stringify({ id: recorded.id, usage: metered }),
    );
    writeFileSync(values.out, `${lines.join("\n")}\n`);
  }
  const report = reportOf(examined);
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else printReport(report);
  return report.failures.length > 0 ? 1 : 0;
}
